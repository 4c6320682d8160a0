using LocalCloud;
using LocalCluster;

namespace Bench;

/// <summary>What one node does while nothing happens: the highest of the three.</summary>
/// <param name="Writes">Calls a minute that write the table.</param>
/// <param name="Reads">Calls a minute that read the table.</param>
/// <param name="Others">Calls a minute to Auto Scaling; the metadata service is on the host and not counted.</param>
/// <param name="End">At the end of the time; the largest resident memory.</param>
internal sealed record QuietCost(double Writes, double Reads, double Others, ProcessSample End);

/// <summary>Three agents at the real beat, and beside them, on a table of their own, three boto3 loops.</summary>
internal sealed class QuietCluster : IAsyncDisposable
{
    private const int Nodes = 3;
    private const double SecondsPerMinute = 60;

    /// <summary>10 s: the default, and the old script's.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(10);

    /// <summary>30 s: three beats, by which everyone has seen everyone.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly string[] WriteOperations = ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];

    private readonly Contender contender;
    private readonly Cluster cluster;
    private readonly List<Runner> runners = [];
    private DateTimeOffset from;

    private QuietCluster(Contender contender, Cluster cluster)
    {
        this.contender = contender;
        this.cluster = cluster;
    }

    public static async Task<QuietCluster> StartAsync(Contender contender, Dynalite dynalite)
    {
        var options = new ClusterOptions { Nodes = Nodes, Dynalite = dynalite, ServerLine = Servers.Newest, HeartbeatInterval = Beat };
        var quiet = new QuietCluster(contender, await Cluster.CreateAsync(options));
        foreach (var node in quiet.cluster.Nodes) quiet.runners.Add(Runner.Start(contender, quiet.cluster, node, Beat));
        return quiet;
    }

    /// <summary>Waits until all is quiet; from then on calls are counted.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        if (contender == Contender.Agent) await MeshAsync();
        await PassAsync(Settling, cancellation);
        from = TimeProvider.System.GetUtcNow();
    }

    private async Task MeshAsync()
    {
        try
        {
            await cluster.WaitForMeshAsync(Nodes, Settling + Settling);
        }
        catch (TimeoutException)
        {
            foreach (var runner in runners) runner.ThrowIfEnded();
            throw new InvalidOperationException($"no full mesh of {Nodes} within {(Settling + Settling).TotalSeconds} s; settings and logs are in {cluster.Folder}");
        }
    }

    /// <exception cref="InvalidOperationException">A program ended meanwhile.</exception>
    public async Task PassAsync(TimeSpan time, CancellationToken cancellation)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < time)
        {
            foreach (var runner in runners) runner.ThrowIfEnded();
            await Task.Delay(Look, cancellation);
        }
    }

    public QuietCost Cost()
    {
        var table = cluster.Cloud.DynamoDb.Calls.Where(c => c.Time >= from).ToList();
        var others = cluster.Cloud.AutoScaling.Calls.Where(c => c.Time >= from).ToList();
        var minutes = (TimeProvider.System.GetUtcNow() - from).TotalSeconds / SecondsPerMinute;
        return new QuietCost(
            Highest(table.Where(c => WriteOperations.Contains(c.Operation))),
            Highest(table.Where(c => !WriteOperations.Contains(c.Operation))),
            cluster.Nodes.Max(n => others.Count(c => c.InstanceId == n.Instance.InstanceId)) / minutes,
            runners.Select(r => ProcessSample.Of(r.Pid)).MaxBy(s => s.Resident)!);

        // Between the first and the last call, so that the edges of the time do not matter.
        double Highest(IEnumerable<Call> calls) => calls
            .GroupBy(c => c.InstanceId, c => c.Time)
            .Select(g => g.Count() < 2 ? 0 : (g.Count() - 1) * SecondsPerMinute / (g.Max() - g.Min()).TotalSeconds)
            .DefaultIfEmpty(0)
            .Max();
    }

    public ValueTask DisposeAsync() => cluster.DisposeAsync();
}
