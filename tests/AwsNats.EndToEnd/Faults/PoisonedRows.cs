using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AwsNats.EndToEnd.Clouds;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>Anyone with the right to write may put anything into the table.</summary>
public sealed partial class PoisonedRows(DynaliteFixture dynalite)
{
    /// <summary>As many rows are named in one read; more are counted.</summary>
    private const int NamedAtOnce = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    [Fact]
    public Task Poison_is_reported_once_and_reaches_no_configuration() => WithTwoAsync(async cluster =>
    {
        var servers = cluster.Nodes.Select(n => n.ServerPids.Single()).ToList();
        var poison = Poison(cluster).ToList();
        var put = 0;
        foreach (var batch in poison.Chunk(NamedAtOnce))
        {
            await cluster.Table.PutManyAsync(batch);
            put += batch.Length;
            await cluster.WaitForAsync(() => Task.FromResult(cluster.Nodes.All(n => LogLines.Count(n, "row_ignored") == put)), Patience, $"{put} rows reported");
        }

        await BeatsAsync(cluster, 5);
        Assert.All(cluster.Nodes, n => Assert.Equal(poison.Count, LogLines.Count(n, "row_ignored")));
        Assert.All(cluster.Nodes, n => Assert.Equal(0, LogLines.Count(n, "rows_ignored")));
        AssertRoutesAreEachOther(cluster);
        Assert.Equal(servers, cluster.Nodes.Select(n => n.ServerPids.Single()));
        await cluster.WaitForMeshAsync(2, Patience);
    });

    [Fact]
    public Task Much_poison_at_once_is_counted_in_one_line() => WithTwoAsync(async cluster =>
    {
        await cluster.Table.PutManyAsync(Enumerable.Range(0, 25).Select(i => Row($"poison {i}", TestTable.N(Now)))); // 25: one batch, one instant
        foreach (var node in cluster.Nodes) await node.Agent!.WaitForLogAsync(" rows_ignored ", Patience);
        await BeatsAsync(cluster, 5);
        Assert.All(cluster.Nodes, n => Assert.Equal((NamedAtOnce, 1), (LogLines.Count(n, "row_ignored"), LogLines.Count(n, "rows_ignored"))));
        Assert.All(cluster.Nodes, n => Assert.Contains("rows=20", LogLines.Of(n, "rows_ignored")[0], StringComparison.Ordinal));
    });

    [Fact]
    public Task Our_own_address_in_any_spelling_is_no_route_of_ours() => WithTwoAsync(async cluster =>
    {
        var (one, other) = (cluster.Nodes[0], cluster.Nodes[1]);
        var bytes = one.Address.GetAddressBytes();
        string[] spellings =
        [
            $"::ffff:{one.Ip}",
            $"0x{bytes[0]:x2}.0x{bytes[1]:x2}.0x{bytes[2]:x2}.0x{bytes[3]:x2}",
            $"{bytes[0]}.{bytes[1]}.{bytes[2]}.00{bytes[3]}",
            $"{bytes[0]}.{bytes[1]}.{(bytes[2] << 8) | bytes[3]}",
            $"{((uint)bytes[0] << 24) | ((uint)bytes[1] << 16) | ((uint)bytes[2] << 8) | bytes[3]}",
        ];
        foreach (var spelling in spellings) await cluster.Table.PutAsync(spelling, Now);
        await cluster.WaitForAsync(
            () => Task.FromResult(LogLines.Count(other, "row_ignored") == spellings.Length), Patience, "the other node reports every spelling");
        await BeatsAsync(cluster, 3);
        AssertRoutesAreEachOther(cluster);
    });

    [Fact]
    public Task A_strangers_hand_on_our_row_is_put_right_by_the_next_heartbeat() => WithTwoAsync(async cluster =>
    {
        var node = cluster.Nodes[0];
        await cluster.Table.PutAsync(new JsonObject { ["ip"] = TestTable.S(node.Ip), ["time"] = TestTable.S("never"), ["status"] = TestTable.N(1) });
        await cluster.WaitForStatusAsync(node.Ip, "working", Patience);
        var row = await cluster.Table.GetAsync(node.Ip);
        Assert.True(long.TryParse(row!["time"]!["N"]!.GetValue<string>(), NumberStyles.None, CultureInfo.InvariantCulture, out _));
        Assert.Equal(node.Instance.InstanceId, TestTable.Text(row, "instance_id"));
        await cluster.WaitForMeshAsync(2, Patience);
    });

    [Fact]
    public Task Poisoned_attributes_of_a_good_address_are_passed_over() => WithTwoAsync(async cluster =>
    {
        JsonObject[] ports =
        [
            TestTable.S("7244\"\n}\nauthorization {}"), TestTable.N("0"), TestTable.N("99999"), TestTable.N("-1"), TestTable.N("7244.5"), TestTable.N("1e99"),
            new() { ["NULL"] = true }, new() { ["L"] = new JsonArray() },
        ];
        var strangers = ports.Select((port, i) => Stranger(cluster, i, port)).ToList();
        await cluster.Table.PutManyAsync(strangers);
        var routes = strangers.Select(s => $"nats-route://{TestTable.Text(s, "ip")}:7244");

        // A fresh row is believed at first: such an address gets the usual port, until the row has been silent for too long.
        await cluster.WaitForAsync(() => Task.FromResult(cluster.Nodes.All(n => Routes(n).IsSupersetOf(routes))), Patience, "routes with the usual port");
        await cluster.WaitForAsync(() => Task.FromResult(cluster.Nodes.All(n => Routes(n).Count == 1)), Patience, "silent rows dropped");
        AssertRoutesAreEachOther(cluster);
        Assert.All(cluster.Nodes, n => Assert.Equal(0, LogLines.Count(n, "row_ignored")));
    });

    private Task WithTwoAsync(Func<Cluster, Task> body) => Cluster.RunAsync(new ClusterOptions { Nodes = 2, Dynalite = dynalite.Dynalite }, async cluster =>
    {
        await cluster.WaitForMeshAsync(2, Patience);
        await body(cluster);
        Assert.All(cluster.Nodes, n => Assert.False(n.Agent!.HasExited));
    });

    /// <summary>Rows that are no server's: by their ip, or by their time.</summary>
    private static IEnumerable<JsonObject> Poison(Cluster cluster)
    {
        string[] addresses =
        [
            "127.0.0.1:7244\"\n  ]\n}\nauthorization {\n  user: \"evil\"\n  password: \"evil\"\n}\ncluster {\n  routes: [\n    \"nats-route://127.0.0.1",
            "127.0.0.1'\n]}\ninclude /etc/passwd\n", "10.0.0.1\"", "10.0.0.1\\", "user:password@10.0.0.1", "$HOME", "# comment", "{", "127.0.0.1\0", "\u001b[2J\u001b[31mred",
            " 127.0.0.1 ", "127.0.0.1\r\n", "-", " ", "evil.example.com", "１２７.0.0.1", "\u202e1.0.0.721", "169.254.169.254", "fd00:ec2::254", "169.254.0.1",
            "0.0.0.0", "255.255.255.255", "224.0.0.1", "::", "fe80::1%eth0", "[::1]", "[::1]:7244", "1", "0x7f000001", new string('a', 1000), new string('1', 1000),
        ];
        foreach (var address in addresses) yield return Row(address, TestTable.N(Now));

        JsonObject?[] times =
        [
            null, TestTable.S($"{Now}"), TestTable.S("now"), TestTable.N("1e30"), TestTable.N("9.9999999999999999999999999999999999999E+125"), TestTable.N(-5),
            TestTable.N(Now * 1000), new JsonObject { ["NULL"] = true }, new JsonObject { ["M"] = new JsonObject() },
        ];
        for (var i = 0; i < times.Length; i++) yield return Row(cluster.Subnet.Host(50 + i).ToString(), times[i]); // 50: no node's
    }

    private static JsonObject Row(string ip, JsonObject? time)
    {
        var row = new JsonObject { ["ip"] = TestTable.S(ip), ["status"] = TestTable.S("working") };
        if (time is not null) row["time"] = time;
        return row;
    }

    private static JsonObject Stranger(Cluster cluster, int number, JsonObject port)
    {
        var row = Row(cluster.Subnet.Host(150 + number).ToString(), TestTable.N(Now)); // 150: no node's
        row["cluster_port"] = port;
        row["expires"] = TestTable.N("-1e99");
        row["reported_at"] = TestTable.N("1e99");
        row["instance_id"] = TestTable.N(1);
        row["description"] = new JsonObject { ["BOOL"] = true };
        return row;
    }

    private static void AssertRoutesAreEachOther(Cluster cluster)
    {
        Assert.Equal([$"nats-route://{cluster.Nodes[1].Ip}:7244"], Routes(cluster.Nodes[0]));
        Assert.Equal([$"nats-route://{cluster.Nodes[0].Ip}:7244"], Routes(cluster.Nodes[1]));
        Assert.All(cluster.Nodes, n => Assert.DoesNotContain("evil", n.ServerConfigText, StringComparison.Ordinal));
    }

    private static HashSet<string> Routes(Node node) => [.. RoutePattern().Matches(node.ServerConfigText).Select(m => m.Value)];

    private static Task BeatsAsync(Cluster cluster, int beats) => Task.Delay(cluster.Options.HeartbeatInterval * 1.2 * beats); // 1.2: jitter included

    [GeneratedRegex(@"nats-route://[^""\s]*")]
    private static partial Regex RoutePattern();
}
