using LocalCluster;

namespace Bench;

/// <summary>What a program costs after so many heartbeats.</summary>
/// <param name="Half">Halfway: what grows shows between the two.</param>
/// <param name="End">After the last.</param>
/// <param name="ProcessorPerThousand">Seconds of processor time per 1,000 heartbeats, start excluded.</param>
internal sealed record HeartbeatCost(ProcessSample Half, ProcessSample End, double ProcessorPerThousand);

/// <summary>One program at the fastest beat, against a real DynamoDB implementation behind the cloud's front.</summary>
internal static class Heartbeats
{
    public const int Count = 2000;
    private const int Warm = 200; // heartbeats before the processor time is counted: the start has its own measure

    /// <summary>5 ms, the least that the settings allow: in fact a beat then takes as long as its two calls.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(5);

    /// <summary>20 ms between two looks: two or three heartbeats, of two thousand.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private const int Accepted = 200; // HTTP: a refused heartbeat is none

    /// <summary>3 min: 90 ms a heartbeat; 10 to 20 are usual.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    /// <exception cref="InvalidOperationException">The program ended, or was too slow.</exception>
    public static async Task<HeartbeatCost> MeasureAsync(Contender contender, Dynalite dynalite, CancellationToken cancellation)
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = 1, Dynalite = dynalite, ServerLine = Servers.Newest });
        var runner = Runner.Start(contender, cluster, cluster.Nodes[0], Beat);
        var start = TimeProvider.System.GetTimestamp();
        var warm = await AfterAsync(Warm);
        var half = await AfterAsync(Count / 2);
        var end = await AfterAsync(Count);
        return new HeartbeatCost(half.Sample, end.Sample,
            (end.Sample.Processor - warm.Sample.Processor).TotalSeconds / (end.Beats - warm.Beats) * 1000);

        async Task<(ProcessSample Sample, int Beats)> AfterAsync(int beats)
        {
            while (true)
            {
                var seen = cluster.Cloud.DynamoDb.Calls.Count(c => c is { Operation: "UpdateItem", Status: Accepted });
                runner.ThrowIfEnded();
                if (seen >= beats) return (ProcessSample.Of(runner.Pid), seen);
                if (TimeProvider.System.GetElapsedTime(start) > Deadline)
                    throw new InvalidOperationException($"{contender.Name}: {seen} of {beats} heartbeats within {Deadline.TotalSeconds} s. It said: {runner.LastWords}");
                await Task.Delay(Look, cancellation);
            }
        }
    }
}
