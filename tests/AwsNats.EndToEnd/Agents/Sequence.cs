using System.Collections.Concurrent;
using LocalCluster;

namespace AwsNats.EndToEnd.Agents;

/// <summary>Numbered messages from one client to another, all the while that something else happens.</summary>
internal sealed class Sequence : IAsyncDisposable
{
    /// <summary>20 ms: fifty messages a second find every gap, and are no load.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly Client from;
    private readonly Client to;
    private readonly string subject = $"sequence.{Guid.NewGuid():N}";
    private readonly ConcurrentDictionary<int, bool> received = [];
    private readonly CancellationTokenSource ending = new();
    private readonly Task publishing;
    private readonly Task receiving;
    private int sent;

    private Sequence(Client from, Client to)
    {
        (this.from, this.to) = (from, to);
        receiving = ReceiveAsync();
        publishing = PublishAsync();
    }

    /// <summary>Starts once the first message has arrived; what went before does not count.</summary>
    public static async Task<Sequence> StartAsync(Client from, Client to)
    {
        var sequence = new Sequence(from, to);
        await Wait.UntilAsync(() => !sequence.received.IsEmpty, TimeSpan.FromSeconds(10));
        return sequence;
    }

    /// <summary>Stops publishing and waits until every message has arrived.</summary>
    /// <returns>How many there were, and how many of them never came.</returns>
    public async Task<(int Sent, int Lost)> EndAsync()
    {
        await ending.CancelAsync();
        await publishing;
        var first = received.Keys.Min();
        var expected = Enumerable.Range(first, sent - first).ToList();
        try
        {
            await Wait.UntilAsync(() => expected.All(received.ContainsKey), TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            // the count says it
        }
        return (expected.Count, expected.Count(n => !received.ContainsKey(n)));
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await publishing;
        await to.DisposeAsync(); // ends its subscription
        await receiving;
        await from.DisposeAsync();
        ending.Dispose();
    }

    private async Task PublishAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            await from.Connection.PublishAsync(subject, sent);
            sent++;
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private async Task ReceiveAsync()
    {
        await foreach (var message in to.Connection.SubscribeAsync<int>(subject)) received[message.Data] = true;
    }
}
