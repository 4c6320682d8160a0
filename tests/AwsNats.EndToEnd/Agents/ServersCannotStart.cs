using System.Net;
using System.Net.Sockets;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>What keeps a server from ever running is named in the row and in the exit code.</summary>
public sealed class ServersCannotStart(Clouds.DynaliteFixture dynalite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public Task A_missing_executable_ends_in_60_and_the_row_says_where_it_was_looked_for() => RunAsync(ServerLines.Newest, async (cluster, node) =>
    {
        node.Settings["server", "server"] = "/nowhere/nats-server";
        Assert.Equal(60, await node.StartAgent().WaitForExitAsync(Patience));
        await AssertErrorAsync(cluster, node, "there is no file /nowhere/nats-server");
        Assert.Equal("Unhealthy", node.Instance.HealthStatus);
    });

    [Theory]
    [InlineData(4242)]
    [InlineData(7244)]
    [InlineData(8222)]
    public Task A_port_that_is_taken_ends_in_60_and_names_its_holder(int port) => RunAsync(ServerLines.Newest, async (cluster, node) =>
    {
        using var holder = new TcpListener(new IPEndPoint(node.Address, port));
        holder.Start();
        Assert.Equal(60, await node.StartAgent().WaitForExitAsync(Patience));
        await AssertErrorAsync(cluster, node, $"port {port} of {node.Ip} is taken by");
        await AssertErrorAsync(cluster, node, $"(pid {Environment.ProcessId},");
        Assert.Contains($"(pid {Environment.ProcessId},", node.Agent!.Log, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_port_that_becomes_free_in_time_is_no_fault() => RunAsync(ServerLines.Newest, async (cluster, node) =>
    {
        var holder = new TcpListener(new IPEndPoint(node.Address, 4242));
        holder.Start();
        await node.StartAgent().WaitForLogAsync("server_not_started", Patience);
        holder.Dispose();
        await cluster.WaitForMeshAsync(1, Patience);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task A_configuration_that_the_server_refuses_ends_in_50_with_its_own_words(string line) => RunAsync(line, async (cluster, node) =>
    {
        var include = Path.Combine(node.Folder, "own.conf");
        await File.WriteAllTextAsync(include, "max_payload: 1MB\nno_such_thing: true\n", TestContext.Current.CancellationToken);
        node.Settings["server", "include"] = include;
        Assert.Equal(50, await node.StartAgent().WaitForExitAsync(Patience));
        await AssertErrorAsync(cluster, node, "unknown field \"no_such_thing\"");
        Assert.Contains("no_such_thing", node.Agent!.Log, StringComparison.Ordinal);
        Assert.Empty(node.ServerPids);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task An_include_that_is_missing_ends_in_50_and_is_named(string line) => RunAsync(line, async (cluster, node) =>
    {
        node.Settings["server", "include"] = "/nowhere/own.conf";
        Assert.Equal(50, await node.StartAgent().WaitForExitAsync(Patience));
        await AssertErrorAsync(cluster, node, "nowhere/own.conf");
    });

    private static async Task AssertErrorAsync(Cluster cluster, Node node, string words)
    {
        var row = await cluster.Table.GetAsync(node.Ip);
        Assert.Equal("error", TestTable.Text(row, "status"));
        Assert.Contains(words, TestTable.Text(row, "description"), StringComparison.Ordinal);
    }

    private async Task RunAsync(string line, Func<Cluster, Node, Task> body)
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = 1, ServerLine = line, Dynalite = dynalite.Dynalite });
        try
        {
            await body(cluster, cluster.Nodes[0]);
        }
        catch
        {
            cluster.Keep = true;
            throw;
        }
    }
}
