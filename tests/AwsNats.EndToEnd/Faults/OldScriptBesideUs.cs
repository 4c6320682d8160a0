using AwsNats.EndToEnd.Clouds;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>The old Python script and its Java clients live beside agents, on the same table.</summary>
public sealed class OldScriptBesideUs(DynaliteFixture dynalite)
{
    private const int OldHost = 100; // of the cluster's subnet; the nodes count from 1

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Lines => ["2.9", "2.15"];

    [Theory, MemberData(nameof(Lines))]
    public Task Its_server_is_one_of_the_mesh_and_messages_cross(string line) => BesideAsync(line, async (cluster, old) =>
    {
        await RoutesAreSettledAsync(cluster);
        await using var there = await Traffic.StartAsync(cluster, cluster.Nodes[0].ClientUrl, old.ClientUrl);
        await using var back = await Traffic.StartAsync(cluster, old.ClientUrl, cluster.Nodes[1].ClientUrl);
        Assert.All(cluster.Nodes, n => Assert.Contains($"nats-route://{old.Ip}:7244", n.ServerConfigText, StringComparison.Ordinal));
        await Wait.UntilAsync(() => there.Published >= 20 && back.Published >= 20, Patience);
        await there.StopAsync();
        await back.StopAsync();
        Assert.Equal((0, 0), (there.Lost, back.Lost));
    });

    /// <summary>
    /// Until no route of ours has come or gone for two seconds: servers that dial each other at the same moment close one of the two routes
    /// again, and core NATS keeps nothing for whom is being connected.
    /// </summary>
    private static Task<TimeSpan> RoutesAreSettledAsync(Cluster cluster)
    {
        var before = "";
        return Wait.UntilAsync(async () =>
        {
            var now = string.Join(' ', await Task.WhenAll(cluster.Nodes.Select(async node => string.Join(',',
                (await node.Probe.RoutezAsync())?["routes"]?.AsArray().Select(route => $"{route!["rid"]}") ?? []))));
            (var same, before) = (now == before, now);
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
            return same;
        }, Patience);
    }

    [Fact]
    public Task It_sees_us_at_every_beat_and_no_row_of_ours_would_end_it() => BesideAsync("2.9", async (cluster, old) =>
    {
        var (one, other) = (cluster.Nodes[0], cluster.Nodes[1]);
        await cluster.WaitForAsync(() => Task.FromResult(old.Sees.Order().SequenceEqual([one.Ip, other.Ip])), Patience, "the old script sees both");
        Assert.Equal(0, await other.StopAgentAsync(Patience)); // a row says draining, and goes
        await cluster.WaitForAsync(() => Task.FromResult(old.Sees.SequenceEqual([one.Ip])), Patience, "the old script sees one");
        other.StartAgent(); // a row says starting, and working
        await cluster.WaitForAsync(() => Task.FromResult(old.Sees.Count == 2), Patience, "the old script sees both again");
        Assert.Empty(old.Bad);
    });

    [Fact]
    public Task The_old_clients_scan_finds_both_kinds() => BesideAsync("2.9", async (cluster, old) =>
    {
        for (var look = 0; look < 5; look++)
        {
            var found = await cluster.Table.ScanAddressesAfterAsync(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 30);
            Assert.Equal([.. cluster.Nodes.Select(n => n.Ip).Append(old.Ip).Order()], found.Order());
            await Task.Delay(cluster.Options.HeartbeatInterval);
        }
    });

    [Fact]
    public Task Our_heartbeat_leaves_what_others_add_to_our_row() => BesideAsync("2.9", async (cluster, _) =>
    {
        var node = cluster.Nodes[0];
        await cluster.Table.SetAsync(node.Ip, "note", TestTable.S("of a stranger"));
        var before = TestTable.Text(await cluster.Table.GetAsync(node.Ip), "time");
        await cluster.WaitForAsync(async () => TestTable.Text(await cluster.Table.GetAsync(node.Ip), "time") != before, Patience, "a heartbeat");
        await cluster.WaitForStatusAsync(node.Ip, "working", Patience);
        Assert.Equal("of a stranger", TestTable.Text(await cluster.Table.GetAsync(node.Ip), "note"));
    });

    [Fact]
    public Task Its_row_is_dropped_and_deleted_like_any_when_it_dies() => BesideAsync("2.9", async (cluster, old) =>
    {
        var servers = cluster.Nodes.Select(n => n.ServerPids.Single()).ToList();
        await using var traffic = await Traffic.StartAsync(cluster, cluster.Nodes[0], cluster.Nodes[1]);
        await old.VanishAsync();
        var dropped = await cluster.WaitForAsync(
            () => Task.FromResult(cluster.Nodes.All(n => !n.ServerConfigText.Contains(old.Ip, StringComparison.Ordinal))), Patience, "no route to the old script");
        var deleted = await cluster.WaitForStatusAsync(old.Ip, null, Patience);
        TestContext.Current.SendDiagnosticMessage($"dropped after {dropped.TotalSeconds:0.0} s, deleted {deleted.TotalSeconds:0.0} s later");
        Assert.InRange(dropped, cluster.Options.ServersTimeout - TimeSpan.FromSeconds(2), cluster.Options.ServersTimeout + TimeSpan.FromSeconds(8));
        await traffic.StopAsync();
        Assert.Equal((0, 0), (traffic.Lost, traffic.Disconnections));
        Assert.Equal(servers, cluster.Nodes.Select(n => n.ServerPids.Single()));
    });

    private Task BesideAsync(string line, Func<Cluster, OldScript, Task> body) => Cluster.RunAsync(
        new ClusterOptions { Nodes = 2, Dynalite = dynalite.Dynalite, ServerLine = line, Password = "as the script wrote it" }, async cluster =>
        {
            await using var old = await OldScript.StartAsync(cluster, cluster.Subnet.Host(OldHost));
            await cluster.WaitForAsync(async () => await PeersAsync(cluster, old) is [2, 2, 2], Patience, "three servers know each other");
            await body(cluster, old);
        });

    private static async Task<List<int>> PeersAsync(Cluster cluster, OldScript old)
    {
        var peers = new List<int>();
        foreach (var probe in cluster.Nodes.Select(n => n.Probe).Append(old.Probe)) peers.Add((await probe.PeersAsync())?.Count ?? -1);
        return peers;
    }
}
