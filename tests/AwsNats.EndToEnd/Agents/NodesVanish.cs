using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>A node that is suddenly gone is forgotten by the others, and nothing else happens to them.</summary>
public sealed class NodesVanish(Clouds.DynaliteFixture dynalite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task Its_routes_and_its_row_go_in_time_while_servers_and_clients_of_the_others_notice_nothing(string line) => Cluster.RunAsync(
        new ClusterOptions { ServerLine = line, Dynalite = dynalite.Dynalite }, async cluster =>
    {
        await cluster.WaitForMeshAsync(3, Patience);
        var (lost, rest) = (cluster.Nodes[2], cluster.Nodes.Take(2).ToList());
        var servers = rest.Select(n => n.ServerPids.Single()).ToList();
        var (publisher, subscriber) = (await Client.ConnectAsync(cluster, rest[0]), await Client.ConnectAsync(cluster, rest[1]));
        await using var sequence = await Sequence.StartAsync(publisher, subscriber);

        // The mesh is complete before every file names everybody: one side's route is enough for both.
        await cluster.WaitForAsync(() => Task.FromResult(rest.All(n => n.ServerConfigText.Contains(lost.Ip, StringComparison.Ordinal))), Patience, "routes to it");
        var began = TimeProvider.System.GetTimestamp();
        await lost.VanishAsync();
        await cluster.WaitForAsync(() => Task.FromResult(rest.All(n => !n.ServerConfigText.Contains(lost.Ip, StringComparison.Ordinal))),
            cluster.Options.ServersTimeout + TimeSpan.FromSeconds(20), "no route to it");
        var unrouted = TimeProvider.System.GetElapsedTime(began);
        Assert.NotNull(await cluster.Table.GetAsync(lost.Ip));
        await cluster.WaitForStatusAsync(lost.Ip, null, cluster.Options.DeleteTimeout + TimeSpan.FromSeconds(15));
        var deleted = TimeProvider.System.GetElapsedTime(began);
        Measured.Say($"vanished node on {line}: routes gone after {unrouted.TotalSeconds:0.0} s, row after {deleted.TotalSeconds:0.0} s "
            + $"(servers-timeout {cluster.Options.ServersTimeout.TotalSeconds} s, delete-timeout {cluster.Options.DeleteTimeout.TotalSeconds} s)");
        Assert.InRange(unrouted, cluster.Options.ServersTimeout - TimeSpan.FromSeconds(2), TimeSpan.MaxValue); // a beat before the end, and the clock's second
        Assert.InRange(deleted, cluster.Options.DeleteTimeout - TimeSpan.FromSeconds(2), TimeSpan.MaxValue);

        await cluster.WaitForMeshAsync(2, Patience);
        Assert.Equal(servers, rest.Select(n => n.ServerPids.Single()));
        var (sent, missing) = await sequence.EndAsync();
        Measured.Say($"{sent} messages meanwhile, {missing} lost");
        Assert.Equal((0, 0, 0), (missing, publisher.Losses, subscriber.Losses));
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task A_new_node_joins_by_reload_without_anybody_noticing(string line) => Cluster.RunAsync(
        new ClusterOptions { Nodes = 2, ServerLine = line, Dynalite = dynalite.Dynalite }, async cluster =>
    {
        await cluster.WaitForMeshAsync(2, Patience);
        var rest = cluster.Nodes.ToList();
        var servers = rest.Select(n => n.ServerPids.Single()).ToList();
        var (publisher, subscriber) = (await Client.ConnectAsync(cluster, rest[0]), await Client.ConnectAsync(cluster, rest[1]));
        await using var sequence = await Sequence.StartAsync(publisher, subscriber);
        var fresh = cluster.AddNode();
        fresh.StartAgent();
        Measured.Say($"new node on {line}: mesh after {(await cluster.WaitForMeshAsync(3, Patience)).TotalSeconds:0.00} s");
        await cluster.WaitForAsync(() => Task.FromResult(rest.All(n => n.ServerConfigText.Contains(fresh.Ip, StringComparison.Ordinal))), Patience, "routes to it");
        Assert.Equal(servers, rest.Select(n => n.ServerPids.Single()));
        var (_, missing) = await sequence.EndAsync();
        Assert.Equal((0, 0, 0), (missing, publisher.Losses, subscriber.Losses));
    });
}
