using AwsNats.EndToEnd.Clouds;
using LocalCloud;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>What one outage of the table was like for a cluster at the real pace.</summary>
/// <param name="Calls">For each agent: calls to the table during the outage.</param>
/// <param name="ResumedAfter">From the outage's end to the last agent's first new heartbeat.</param>
/// <param name="ServersBefore">For each node, its servers' process ids.</param>
/// <param name="ConfigsBefore">For each node, its server's configuration, word for word.</param>
/// <param name="Reports">Every health status that Auto Scaling was told.</param>
/// <param name="LinesDuring">For each agent: its log lines during the outage and after.</param>
public sealed record Outage(
    int Published,
    int Lost,
    int Disconnections,
    IReadOnlyList<int> Calls,
    TimeSpan ResumedAfter,
    IReadOnlyList<int> ServersBefore,
    IReadOnlyList<int> ServersAfter,
    IReadOnlyList<string> ConfigsBefore,
    IReadOnlyList<string> ConfigsAfter,
    IReadOnlyList<string> Reports,
    IReadOnlyList<IReadOnlyList<string>> LinesDuring);

/// <summary>
/// Outages of 90 s, at the interval and timeouts that the agent has by itself, one cluster for each kind, all at the same time. Only rows are
/// deleted sooner than usual: whoever took the outage for the others' silence would delete them.
/// </summary>
public sealed class LongOutages(DynaliteFixture dynalite) : IAsyncLifetime
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(90);
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>As servers-timeout is by itself: an eviction begun by the outage would show within it.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<FaultKind, Task<Outage>> outages = [];

    public static IReadOnlyList<FaultKind> Kinds { get; } =
        [FaultKind.Refuse, FaultKind.Hang, FaultKind.Throttled, FaultKind.Denied, FaultKind.Garbage, FaultKind.Reset, FaultKind.ServerError];

    public Task<Outage> Of(FaultKind kind) => outages[kind];

    public ValueTask InitializeAsync()
    {
        foreach (var kind in Kinds) outages[kind] = RunAsync(kind);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var outage in outages.Values) await ((Task)outage).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<Outage> RunAsync(FaultKind kind)
    {
        Outage? outage = null;
        var options = new ClusterOptions
        {
            Nodes = 2,
            Dynalite = dynalite.Dynalite,
            HeartbeatInterval = Interval,
            ServersTimeout = TimeSpan.FromSeconds(30),
            DeleteTimeout = TimeSpan.FromSeconds(60),
        };
        await Cluster.RunAsync(options, async cluster => outage = await RunAsync(cluster, kind));
        return outage!;
    }

    private static async Task<Outage> RunAsync(Cluster cluster, FaultKind kind)
    {
        await cluster.WaitForMeshAsync(cluster.Nodes.Count, Patience);
        await cluster.WaitForAsync(() => Task.FromResult(cluster.Nodes.All(IsSettled)), Patience, "every server has the other's route");
        await using var traffic = await Traffic.StartAsync(cluster, cluster.Nodes[0], cluster.Nodes[1]);
        var servers = Servers(cluster);
        var configs = Configs(cluster);
        var lines = cluster.Nodes.Select(n => LogLines.All(n).Count).ToList();

        cluster.Cloud.DynamoDb.Fault = new Fault(kind);
        cluster.Cloud.DynamoDb.ForgetCalls();
        await Task.Delay(Length);
        var calls = cluster.Nodes.Select(n => cluster.Cloud.DynamoDb.CountCalls(instance: n.Instance)).ToList();
        var times = await TimesAsync(cluster);
        cluster.Cloud.DynamoDb.Fault = Fault.None;
        var resumed = await cluster.WaitForAsync(
            async () => (await TimesAsync(cluster)).Zip(times).All(pair => pair.First != pair.Second), Patience, "every heartbeat resumed");

        await Task.Delay(Aftermath);
        await traffic.StopAsync();
        return new Outage(
            traffic.Published, traffic.Lost, traffic.Disconnections, calls, resumed, servers, Servers(cluster), configs, Configs(cluster),
            [.. cluster.Cloud.AutoScaling.Reports.Select(r => r.HealthStatus)],
            [.. cluster.Nodes.Zip(lines, (node, before) => (IReadOnlyList<string>)[.. LogLines.All(node).Skip(before)])]);
    }

    /// <summary>Its server was started with the route, or has taken it by a reload; and its agent has said that all is well.</summary>
    private static bool IsSettled(Node node) => LogLines.Count(node, "summary") > 0
        && (LogLines.Count(node, "config_reloaded") > 0 || LogLines.Of(node, "server_started").Any(line => line.EndsWith(" routes=1", StringComparison.Ordinal)));

    private static List<int> Servers(Cluster cluster) => [.. cluster.Nodes.SelectMany(n => n.ServerPids)];

    private static List<string> Configs(Cluster cluster) => [.. cluster.Nodes.Select(n => n.ServerConfigText)];

    private static async Task<List<string?>> TimesAsync(Cluster cluster)
    {
        var times = new List<string?>();
        foreach (var node in cluster.Nodes) times.Add(TestTable.Text(await cluster.Table.GetAsync(node.Ip), "time"));
        return times;
    }
}
