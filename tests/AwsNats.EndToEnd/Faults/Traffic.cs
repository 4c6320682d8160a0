using System.Collections.Concurrent;
using LocalCluster;
using NATS.Client.Core;

namespace AwsNats.EndToEnd.Faults;

/// <summary>
/// Two clients that stay connected all along: one publishes numbers at one server, the other hears them at another. What the cluster does to
/// its clients shows here.
/// </summary>
internal sealed class Traffic : IAsyncDisposable
{
    /// <summary>20 messages a second: a gap of a tenth of a second shows, and the load is nothing.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly string subject = $"numbers.{Guid.NewGuid():N}"; // ours alone, since several may share a cluster
    private readonly NatsConnection speaker;
    private readonly NatsConnection listener;
    private readonly ConcurrentDictionary<int, int> heard = new();
    private readonly CancellationTokenSource ending = new();
    private int disconnections;
    private int published;
    private Task talking = Task.CompletedTask;
    private Task listening = Task.CompletedTask;

    private Traffic(NatsConnection speaker, NatsConnection listener) => (this.speaker, this.listener) = (speaker, listener);

    /// <summary>How often either client lost its connection.</summary>
    public int Disconnections => Volatile.Read(ref disconnections);

    public int Published => Volatile.Read(ref published);

    public int Lost => Published - heard.Keys.Count(n => n > 0);

    public int Twice => heard.Values.Count(times => times > 1);

    /// <summary>Starts the two; the first number has been heard when this returns.</summary>
    public static Task<Traffic> StartAsync(Cluster cluster, Node from, Node to) => StartAsync(cluster, from.ClientUrl, to.ClientUrl);

    /// <inheritdoc cref="StartAsync(Cluster, Node, Node)"/>
    public static async Task<Traffic> StartAsync(Cluster cluster, Uri from, Uri to)
    {
        for (var isRepeat = false; ; isRepeat = true)
        {
            var traffic = new Traffic(Connect(from, cluster.Options.User, cluster.Options.Password), Connect(to, cluster.Options.User, cluster.Options.Password));
            try
            {
                await traffic.BeginAsync();
                return traffic;
            }
            catch (NatsException) when (!isRepeat)
            {
                // A server that reloads at the very moment refuses whom it has not yet asked who it is (seen on 2.9.10); a client comes again.
                await traffic.DisposeAsync();
            }
            catch
            {
                await traffic.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>A client, not yet connected.</summary>
    public static NatsConnection Connect(Uri url, string user, string password) => new(new NatsOpts
    {
        Url = url.ToString(),
        AuthOpts = new NatsAuthOpts { Username = user, Password = password },
        ConnectTimeout = Patience,
    });

    /// <summary>No more numbers; what is under way arrives.</summary>
    public async Task StopAsync()
    {
        await ending.CancelAsync();
        await talking;
        try
        {
            await Wait.UntilAsync(() => Lost == 0, Patience);
        }
        catch (TimeoutException)
        {
            // What is lost is for the test to judge.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await talking;
        await speaker.DisposeAsync();
        await listener.DisposeAsync();
        await listening;
        ending.Dispose();
    }

    private async Task BeginAsync()
    {
        speaker.ConnectionDisconnected += CountAsync;
        listener.ConnectionDisconnected += CountAsync;
        await speaker.ConnectAsync();
        var subscription = await listener.SubscribeCoreAsync<int>(subject);
        await listener.PingAsync();
        listening = ListenAsync(subscription);
        await Wait.UntilAsync(HearsAsync, Patience); // interest reaches the other server a moment after the subscription
        talking = TalkAsync();
    }

    private async Task<bool> HearsAsync()
    {
        await speaker.PublishAsync(subject, 0);
        return heard.ContainsKey(0);
    }

    private async Task ListenAsync(INatsSub<int> subscription)
    {
        await foreach (var message in subscription.Msgs.ReadAllAsync()) heard.AddOrUpdate(message.Data, 1, (_, times) => times + 1);
    }

    private async Task TalkAsync()
    {
        try
        {
            while (!ending.IsCancellationRequested)
            {
                await speaker.PublishAsync(subject, Published + 1);
                Interlocked.Increment(ref published);
                await Task.Delay(Pace, ending.Token);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // asked to stop
        }
    }

    private ValueTask CountAsync(object? sender, NatsEventArgs args)
    {
        if (!ending.IsCancellationRequested) Interlocked.Increment(ref disconnections);
        return ValueTask.CompletedTask;
    }
}
