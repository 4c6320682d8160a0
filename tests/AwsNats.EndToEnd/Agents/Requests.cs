using System.Collections.Concurrent;
using NATS.Client.Core;

namespace AwsNats.EndToEnd.Agents;

/// <summary>
/// Numbered requests, each repeated until it is acknowledged, as an application does that must lose nothing; and workers that note a request
/// before they acknowledge it. What was acknowledged and is in no worker's notes is lost.
/// </summary>
internal sealed class Requests : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>2 s: an answer comes in a millisecond, unless its server is gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly string subject = $"work.{Guid.NewGuid():N}";
    private readonly ConcurrentDictionary<int, bool> done = [];
    private readonly ConcurrentBag<int> acknowledged = [];
    private readonly CancellationTokenSource ending = new();
    private readonly List<Client> clients;
    private readonly List<Task> requesting;
    private readonly List<Task> working;
    private int next;
    private int repeated;
    private long longest;

    private Requests(IReadOnlyList<Client> workers, IReadOnlyList<Client> requesters)
    {
        clients = [.. workers, .. requesters];
        working = [.. workers.Select(WorkAsync)];
        requesting = [.. requesters.Select(RequestAsync)];
    }

    /// <summary>Requests that were acknowledged so far.</summary>
    public int Acknowledged => acknowledged.Count;

    /// <summary>Tries that had no answer and were repeated.</summary>
    public int Repeated => Volatile.Read(ref repeated);

    /// <summary>The longest that one request took, repetitions included.</summary>
    public TimeSpan Longest => TimeSpan.FromTicks(Interlocked.Read(ref longest));

    public static async Task<Requests> StartAsync(IReadOnlyList<Client> workers, IReadOnlyList<Client> requesters)
    {
        var requests = new Requests(workers, requesters);
        await LocalCluster.Wait.UntilAsync(() => requests.Acknowledged >= 10, TimeSpan.FromSeconds(20));
        Interlocked.Exchange(ref requests.repeated, 0); // before the subscriptions had spread
        Interlocked.Exchange(ref requests.longest, 0);
        return requests;
    }

    /// <summary>Ends, and says what was acknowledged but done by nobody.</summary>
    public async Task<IReadOnlyList<int>> EndAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(requesting);
        return [.. acknowledged.Where(n => !done.ContainsKey(n))];
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(requesting);
        foreach (var client in clients) await client.DisposeAsync();
        await Task.WhenAll(working);
        ending.Dispose();
    }

    private async Task RequestAsync(Client client)
    {
        while (!ending.IsCancellationRequested)
        {
            var number = Interlocked.Increment(ref next);
            var began = TimeProvider.System.GetTimestamp();
            while (!ending.IsCancellationRequested && !await TryAsync(client, number)) Interlocked.Increment(ref repeated);
            var took = TimeProvider.System.GetElapsedTime(began).Ticks;
            for (long before; (before = Interlocked.Read(ref longest)) < took && Interlocked.CompareExchange(ref longest, took, before) != before;) { }
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private async Task<bool> TryAsync(Client client, int number)
    {
        try
        {
            using var limit = new CancellationTokenSource(Patience);
            var answer = await client.Connection.RequestAsync<int, int>(subject, number, cancellationToken: limit.Token);
            if (answer.Data != number) return false;
            acknowledged.Add(number);
            return true;
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private async Task WorkAsync(Client client)
    {
        await foreach (var message in client.Connection.SubscribeAsync<int>(subject, queueGroup: "workers"))
        {
            done[message.Data] = true;
            await message.ReplyAsync(message.Data);
        }
    }
}
