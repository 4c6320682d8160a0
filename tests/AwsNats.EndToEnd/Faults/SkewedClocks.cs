using System.Globalization;
using AwsNats.EndToEnd.Clouds;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>
/// Hosts whose clocks are ten minutes off, by libfaketime. AWS refuses signatures that are five minutes off. The server inherits the library
/// and is not touched by it: Go reads the kernel's clock by itself.
/// </summary>
public sealed class SkewedClocks(DynaliteFixture dynalite)
{
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"; // Debian's package libfaketime

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <summary>What a row's time may differ from AWS's: a beat with its jitter, the Date header's whole second, and a busy machine.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(5);

    /// <summary>Twice servers-timeout: an eviction would show within it.</summary>
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(12);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hosts_ahead_and_behind_keep_each_other(bool credentialsFromMetadata)
    {
        await using var cluster = await CreateAsync(credentialsFromMetadata);
        Skew(cluster.Nodes[0], "+10m");
        Skew(cluster.Nodes[1], "-10m");
        cluster.StartAll();
        await cluster.WaitForMeshAsync(3, Patience);
        await cluster.WaitForAsync(() => Task.FromResult(AllRoutesWritten(cluster)), Patience, "all routes");
        await using var traffic = await Traffic.StartAsync(cluster, cluster.Nodes[0], cluster.Nodes[1]);
        await Wait.HoldsAsync(async () => await RowsAreInAwsTimeAsync(cluster), Watched);
        await AssertNothingLostAsync(cluster, traffic);

        await cluster.WaitForAsync(() => Task.FromResult(cluster.Cloud.AutoScaling.Reports.Count == 3), Patience, "everyone reported Healthy");
        Assert.All(cluster.Cloud.AutoScaling.Reports, r => Assert.Equal("Healthy", r.HealthStatus));
        Assert.Equal([1, 1, 0], cluster.Nodes.Select(n => LogLines.Count(n, "clock_off")));
        Assert.All(cluster.Nodes, n => Assert.Equal(0, LogLines.Count(n, "registry_failing")));
    }

    [Fact]
    public async Task A_dead_nodes_row_goes_by_their_watching_alone()
    {
        await using var cluster = await CreateAsync(credentialsFromMetadata: true);
        Skew(cluster.Nodes[0], "+10m");
        Skew(cluster.Nodes[1], "-10m");
        cluster.StartAll();
        await cluster.WaitForMeshAsync(3, Patience);
        var died = TimeProvider.System.GetTimestamp();
        await cluster.Nodes[2].VanishAsync();
        await cluster.WaitForStatusAsync(cluster.Nodes[2].Ip, null, Patience);
        var took = TimeProvider.System.GetElapsedTime(died);
        TestContext.Current.SendDiagnosticMessage($"deleted after {took.TotalSeconds:0.0} s");
        Assert.InRange(took, cluster.Options.DeleteTimeout - TimeSpan.FromSeconds(1), cluster.Options.DeleteTimeout + TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_clock_that_jumps_while_the_agent_runs_moves_nothing()
    {
        await using var cluster = await CreateAsync(credentialsFromMetadata: true);
        var clock = Path.Combine(cluster.Folder, "clock");
        await SetAsync(clock, "+0");
        var node = cluster.Nodes[0];
        Skew(node, null);
        node.Environment["FAKETIME_TIMESTAMP_FILE"] = clock;
        node.Environment["FAKETIME_NO_CACHE"] = "1"; // read at every look, not each ten seconds
        node.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"; // only the wall clock can be stepped
        node.Environment["DONT_FAKE_MONOTONIC"] = "1"; // its older name
        cluster.StartAll();
        await cluster.WaitForMeshAsync(3, Patience);
        await cluster.WaitForAsync(() => Task.FromResult(AllRoutesWritten(cluster)), Patience, "all routes");
        await using var traffic = await Traffic.StartAsync(cluster, cluster.Nodes[0], cluster.Nodes[1]);
        foreach (var minutes in (int[])[10, -10, 0])
        {
            await SetAsync(clock, $"{minutes:+0;-0;+0}m");
            await Wait.HoldsAsync(async () => await RowsAreInAwsTimeAsync(cluster), Watched);
            Assert.InRange(await AgentsClockAsync(node), TimeSpan.FromMinutes(minutes) - Tolerance, TimeSpan.FromMinutes(minutes) + Tolerance);
        }

        await AssertNothingLostAsync(cluster, traffic);
        Assert.Equal(0, await node.StopAgentAsync(Patience));
    }

    private async Task<Cluster> CreateAsync(bool credentialsFromMetadata) => await Cluster.CreateAsync(
        new ClusterOptions { Nodes = 3, Dynalite = dynalite.Dynalite, CredentialsFromMetadata = credentialsFromMetadata });

    private static void Skew(Node node, string? offset)
    {
        Assert.True(File.Exists(Library), $"{Library} is missing: run ./build.sh deps");
        node.Environment["LD_PRELOAD"] = Library;
        if (offset is not null) node.Environment["FAKETIME"] = offset;
    }

    private static bool AllRoutesWritten(Cluster cluster) => cluster.Nodes.All(
        n => cluster.Nodes.Where(o => o != n).All(o => n.ServerConfigText.Contains($"//{o.Ip}:", StringComparison.Ordinal)));

    private static async Task<bool> RowsAreInAwsTimeAsync(Cluster cluster)
    {
        foreach (var node in cluster.Nodes)
        {
            var now = TimeProvider.System.GetUtcNow();
            if (TestTable.Text(await cluster.Table.GetAsync(node.Ip), "time") is not { } text) return false;
            var time = DateTimeOffset.FromUnixTimeSeconds(long.Parse(text, CultureInfo.InvariantCulture));
            if ((now - time).Duration() > Tolerance) return false;
        }
        return true;
    }

    private static async Task AssertNothingLostAsync(Cluster cluster, Traffic traffic)
    {
        await traffic.StopAsync();
        Assert.Equal((0, 0), (traffic.Lost, traffic.Disconnections));
        Assert.All(cluster.Nodes, n => Assert.Equal((0, 0), (LogLines.Count(n, "peer_left"), LogLines.Count(n, "row_deleted"))));
        Assert.True(AllRoutesWritten(cluster));
    }

    /// <summary>How far the agent's clock is ahead, by a line that a hangup makes it write: it did jump.</summary>
    private static async Task<TimeSpan> AgentsClockAsync(Node node)
    {
        var before = LogLines.Count(node, "settings_taken");
        node.Agent!.Signal(Posix.Hangup);
        await Wait.UntilAsync(() => LogLines.Count(node, "settings_taken") > before, Patience);
        return DateTimeOffset.Parse(LogLines.Of(node, "settings_taken")[^1].Split(' ')[0], CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow();
    }

    /// <summary>In one step, so that nobody reads half a file.</summary>
    private static async Task SetAsync(string clock, string offset)
    {
        await File.WriteAllTextAsync(clock + ".new", offset + "\n");
        File.Move(clock + ".new", clock, overwrite: true);
    }
}
