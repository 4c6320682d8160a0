using AwsNats.EndToEnd.Clouds;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Clusters;

/// <summary>The cluster with real nats-servers and, in the agent's place, a shell script that starts one with routes to .1 to .3.</summary>
public sealed class ClustersAreWatched(DynaliteFixture dynalite) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("2.9", "2.9.10")]
    [InlineData("2.15", "2.15.1")]
    public async Task A_full_mesh_is_recognised_on_each_line(string line, string version) => await Cluster.RunAsync(Options(line), async cluster =>
    {
        foreach (var node in cluster.Nodes) await cluster.Table.PutAsync(node.Ip, 1);
        await cluster.WaitForMeshAsync(3, Patience);
        Assert.Equal(version, await cluster.Nodes[0].Probe.VersionAsync());
        Assert.Equal(200, await cluster.Nodes[0].Probe.HealthzAsync());
        Assert.All(cluster.Nodes, n => Assert.Equal(n.ServerPids.Single(), n.Agent!.ServerPid));
    });

    [Fact]
    public async Task A_row_that_is_not_working_is_no_mesh()
    {
        await using var cluster = await CreateAsync();
        cluster.StartAll();
        foreach (var node in cluster.Nodes) await cluster.Table.PutAsync(node.Ip, 1);
        await cluster.WaitForMeshAsync(3, Patience);
        await cluster.Table.PutAsync(cluster.Nodes[1].Ip, 2, "starting");
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => cluster.WaitForMeshAsync(3, TimeSpan.FromMilliseconds(200)));
        Assert.Contains(cluster.Nodes[1].Ip, exception.Message, StringComparison.Ordinal);
        cluster.Keep = false; // the miss was meant
    }

    [Fact]
    public async Task A_node_that_vanishes_leaves_its_row_and_nothing_else()
    {
        await using var cluster = await CreateAsync();
        cluster.StartAll();
        foreach (var node in cluster.Nodes) await cluster.Table.PutAsync(node.Ip, 1);
        await cluster.WaitForMeshAsync(3, Patience);
        await cluster.Nodes[2].VanishAsync();
        await cluster.WaitForMeshAsync(2, Patience);
        Assert.Empty(cluster.Nodes[2].ServerPids);
        Assert.NotNull(await cluster.Table.GetAsync(cluster.Nodes[2].Ip));
    }

    [Fact]
    public async Task An_agent_killed_leaves_its_server_to_be_found()
    {
        await using var cluster = await CreateAsync();
        var node = cluster.Nodes[0];
        var agent = node.StartAgent();
        await Wait.UntilAsync(async () => await node.Probe.HealthzAsync() == 200, Patience);
        var server = agent.ServerPid;
        agent.Kill();
        Assert.Equal(137, await agent.WaitForExitAsync(Patience));
        Assert.Equal([server!.Value], node.ServerPids);
    }

    [Fact]
    public async Task Disposing_leaves_no_process_and_no_folder()
    {
        await using var cluster = await CreateAsync();
        cluster.StartAll();
        await Wait.UntilAsync(() => cluster.Nodes.All(n => n.ServerPids.Count == 1), Patience);
        await cluster.DisposeAsync();
        Assert.Empty(cluster.Subnet.Processes());
        Assert.False(Directory.Exists(cluster.Folder));
    }

    [Fact]
    public async Task A_body_that_throws_keeps_the_folder()
    {
        var kept = "";
        await Assert.ThrowsAsync<InvalidDataException>(() => Cluster.RunAsync(Options("2.9"), cluster =>
        {
            kept = cluster.Folder;
            throw new InvalidDataException("on purpose");
        }));
        Assert.True(File.Exists(Path.Combine(kept, "node1", "aws-nats.conf")));
        Directory.Delete(kept, recursive: true);
    }

    [Fact]
    public async Task The_settings_name_the_nodes_own_address_and_are_ours_alone_to_read()
    {
        await using var cluster = await CreateAsync();
        var node = cluster.Nodes[1];
        node.StartAgent();
        var text = await File.ReadAllTextAsync(node.SettingsPath, TestContext.Current.CancellationToken);
        Assert.Contains($"[server]\nclient-host = {node.Ip}\n", text, StringComparison.Ordinal);
        Assert.Contains($"[dynamodb]\ntable = {cluster.Table.Name}\n", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(node.SettingsPath));
    }

    [Fact]
    public async Task The_agent_finds_the_cloud_by_its_environment()
    {
        await using var cluster = await CreateAsync();
        var environment = cluster.Nodes[0].Environment;
        Assert.Equal(cluster.Nodes[0].Instance.Endpoint.ToString(), environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"]);
        Assert.Equal(cluster.Cloud.DynamoDb.Endpoint.ToString(), environment["AWS_ENDPOINT_URL_DYNAMODB"]);
        Assert.Equal(cluster.Cloud.AutoScaling.Endpoint.ToString(), environment["AWS_ENDPOINT_URL_AUTO_SCALING"]);
        Assert.DoesNotContain("AWS_ACCESS_KEY_ID", environment.Keys);
    }

    private Task<Cluster> CreateAsync() => Cluster.CreateAsync(Options("2.9"));

    private ClusterOptions Options(string line) => new()
    {
        ServerLine = line,
        Dynalite = dynalite.Dynalite,
        AgentBinary = ScriptedAgent(),
        Settings = (node, settings) => settings["general", "x-ip"] = node.Ip,
    };

    private string ScriptedAgent()
    {
        var path = Path.Combine(folder.Path, "aws-nats");
        File.WriteAllText(path, """
            #!/bin/sh
            ip=$(sed -n 's/^x-ip = //p' "$2")
            net=${ip%.*}
            cat >"$4" <<EOF
            server_name: "s$ip"
            listen: "$ip:4242"
            http: "$ip:8222"
            cluster { name: "test", listen: "$ip:7244", routes: [ "nats-route://$net.1:7244", "nats-route://$net.2:7244", "nats-route://$net.3:7244" ] }
            EOF
            nats-server -c "$4" &
            wait

            """);
        ProcessesAreSteered.Executable(path);
        return path;
    }
}
