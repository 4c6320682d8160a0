using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>A server that dies is started again; one that keeps dying is the instance's end, with the reason where a person looks for it.</summary>
public sealed class ServersDie(Clouds.DynaliteFixture dynalite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task A_killed_server_is_back_within_three_seconds_with_the_same_routes(string line) => RunAsync(line, async (cluster, node) =>
    {
        await cluster.WaitForMeshAsync(3, Patience);
        await Routes.WaitUntilCompleteAsync(cluster, Patience);
        var (server, routes, peers) = (node.ServerPids.Single(), node.ServerConfigText, await node.Probe.PeersAsync());
        var began = TimeProvider.System.GetTimestamp();
        Posix.Signal(server, Posix.Kill);
        await cluster.WaitForAsync(async () => await node.Probe.HealthzAsync() == 200, Patience, "the server answers again");
        var took = TimeProvider.System.GetElapsedTime(began);
        await cluster.WaitForMeshAsync(3, Patience);
        Measured.Say($"killed server on {line}: answers after {took.TotalSeconds:0.00} s, mesh after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.00} s");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        Assert.NotEqual(server, node.ServerPids.Single());
        Assert.Equal(peers, await node.Probe.PeersAsync());
        Assert.Equal(routes, node.ServerConfigText);
        Assert.False(node.Agent!.HasExited);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task Killed_in_the_midst_of_a_reload_it_is_back_as_soon(string line) => RunAsync(line, async (cluster, node) =>
    {
        await cluster.WaitForMeshAsync(3, Patience);
        await Routes.WaitUntilCompleteAsync(cluster, Patience);
        var (server, text) = (node.ServerPids.Single(), node.ServerConfigText);
        node.Settings["user", "nats_pass"] = "new";
        node.Settings.Save(node.SettingsPath);
        node.Agent!.Signal(Posix.Hangup);
        while (node.ServerConfigText == text) await Task.Delay(1, TestContext.Current.CancellationToken); // the very moment
        var began = TimeProvider.System.GetTimestamp();
        Posix.Signal(server, Posix.Kill);
        await cluster.WaitForAsync(async () => await node.Probe.HealthzAsync() == 200, Patience, "the server answers again");
        var took = TimeProvider.System.GetElapsedTime(began);
        Measured.Say($"killed in the midst of a reload on {line}: answers after {took.TotalSeconds:0.00} s");
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        await cluster.WaitForMeshAsync(3, Patience);
        Assert.True(await Client.IsAcceptedAsync(cluster, node, "new"));
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task A_server_killed_four_times_ends_the_instance_and_its_row_says_why_until_it_expires(string line) => RunAsync(line, async (cluster, node) =>
    {
        await cluster.WaitForMeshAsync(3, Patience);
        for (var times = 1; times <= 4; times++)
        {
            Posix.Signal(node.ServerPids.Single(), Posix.Kill);
            if (times < 4) await cluster.WaitForMeshAsync(3, Patience);
        }
        Assert.Equal(70, await node.Agent!.WaitForExitAsync(Patience));
        Assert.Equal("Unhealthy", node.Instance.HealthStatus);
        Assert.Equal(1, cluster.Cloud.AutoScaling.Reports.Count(r => r.HealthStatus == "Unhealthy"));
        Assert.Empty(node.ServerPids);
        var row = await cluster.Table.GetAsync(node.Ip);
        Assert.Equal("error", TestTable.Text(row, "status"));
        Assert.Matches(@"^nats-server ended 4 times within 600 s since 20..-..-..T..:..:..Z, the last time with signal 9 \(KILL\) at 20..-..-..T..:..:..Z$",
            TestTable.Text(row, "description"));

        await cluster.WaitForMeshAsync(2, Patience);
        await cluster.WaitForAsync(() => Task.FromResult(cluster.Nodes.All(n => n == node || !n.ServerConfigText.Contains(node.Ip, StringComparison.Ordinal))), Patience, "no route to it");
        await Wait.HoldsAsync(async () => TestTable.Text(await cluster.Table.GetAsync(node.Ip), "status") == "error", cluster.Options.DeleteTimeout + TimeSpan.FromSeconds(5));
        await cluster.Table.SetAsync(node.Ip, "expires", TestTable.N(TimeProvider.System.GetUtcNow().AddMinutes(-1).ToUnixTimeSeconds())); // a day later
        await cluster.WaitForStatusAsync(node.Ip, null, Patience);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task With_restart_limit_0_the_first_death_is_reported(string line) => RunAsync(line, async (cluster, node) =>
    {
        await cluster.WaitForMeshAsync(3, Patience);
        var began = TimeProvider.System.GetTimestamp();
        Posix.Signal(node.ServerPids.Single(), Posix.Kill);
        Assert.Equal(70, await node.Agent!.WaitForExitAsync(Patience));
        Measured.Say($"restart-limit 0 on {line}: reported and ended after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.00} s");
        Assert.Equal("Unhealthy", node.Instance.HealthStatus);
        var row = await cluster.Table.GetAsync(node.Ip);
        Assert.Equal("error", TestTable.Text(row, "status"));
        Assert.Matches(@"^nats-server ended: signal 9 \(KILL\) at 20..-..-..T..:..:..Z$", TestTable.Text(row, "description"));
        Assert.Equal(1, node.Agent.Log.Split("server_started").Length - 1);
    }, limit: "0");

    [Fact]
    public async Task A_server_that_ends_by_itself_is_described_by_its_exit_code()
    {
        await using var cluster = await Cluster.CreateAsync(Options(ServerLines.Newest, "2", nodes: 1));
        var node = cluster.Nodes[0];
        Puppets.Use(node, "exit 3");
        Assert.Equal(70, await node.StartAgent().WaitForExitAsync(Patience));
        Assert.Equal("Unhealthy", node.Instance.HealthStatus);
        Assert.Matches("^nats-server ended 3 times within 600 s since .*, the last time with exit code 3 at ",
            TestTable.Text(await cluster.Table.GetAsync(node.Ip), "description"));
    }

    private Task RunAsync(string line, Func<Cluster, Node, Task> body, string? limit = null) =>
        Cluster.RunAsync(Options(line, limit, nodes: 3), cluster => body(cluster, cluster.Nodes[1]));

    private ClusterOptions Options(string line, string? limit, int nodes) => new()
    {
        Nodes = nodes,
        ServerLine = line,
        Dynalite = dynalite.Dynalite,
        Settings = (_, settings) => settings["server", "restart-limit"] = limit,
    };
}
