using LocalCluster;
using NATS.Client.Core;

namespace Demo;

/// <summary>
/// A client that counts the numbered messages it gets. Numbers come from one publisher, so they come in order, and a number that is passed
/// over is a message that was lost.
/// </summary>
internal sealed class Subscriber : IAsyncDisposable
{
    /// <summary>250 ms: a message that was read from the socket before its server died may be counted so much later.</summary>
    private static readonly TimeSpan ReadingDelay = TimeSpan.FromMilliseconds(250);

    private readonly Cluster cluster;
    private readonly NatsConnection connection;
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly List<long> excuses = [];
    private Task reading = Task.CompletedTask;
    private long first;
    private long last;
    private long lastRead;

    private Subscriber(string name, Cluster cluster, NatsConnection connection)
    {
        Name = name;
        this.cluster = cluster;
        this.connection = connection;
    }

    public string Name { get; }

    /// <summary>Messages counted.</summary>
    public long Received { get; private set; }

    /// <summary>Messages that passed while its server was killed and it had not found another one yet.</summary>
    public long LostWithServer { get; private set; }

    /// <summary>Any other missing message: there must be none.</summary>
    public long LostOtherwise { get; private set; }

    /// <summary>The number of the last message.</summary>
    public long Last
    {
        get
        {
            lock (gate) return last;
        }
    }

    /// <summary>Messages since it began: what came and what did not.</summary>
    public long Due
    {
        get
        {
            lock (gate) return last == 0 ? 0 : last - first + 1;
        }
    }

    /// <summary>The node whose server it is connected to; null while it looks for one.</summary>
    public int? At => connection.ConnectionState == NatsConnectionState.Open
        ? cluster.Nodes.FirstOrDefault(n => n.Instance.InstanceId == connection.ServerInfo?.Name)?.Number
        : null;

    public static async Task<Subscriber> StartAsync(string name, string subject, Cluster cluster, NatsOpts options)
    {
        var subscriber = new Subscriber(name, cluster, new NatsConnection(options));
        await ConnectAsync(subscriber.connection);
        subscriber.reading = subscriber.ReadAsync(subject);
        return subscriber;
    }

    /// <summary>Connects. A server that reloads at the very moment refuses whom it has not yet asked who it is; a client comes again.</summary>
    public static async Task ConnectAsync(NatsConnection connection)
    {
        try
        {
            await connection.ConnectAsync();
        }
        catch (NatsException)
        {
            await connection.ConnectAsync();
        }
    }

    /// <summary>Its server is about to be killed: the next gap is no surprise.</summary>
    public void Excuse()
    {
        lock (gate) excuses.Add(TimeProvider.System.GetTimestamp());
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await connection.DisposeAsync();
        await reading;
        stop.Dispose();
    }

    private async Task ReadAsync(string subject)
    {
        try
        {
            await foreach (var message in connection.SubscribeAsync<long>(subject, cancellationToken: stop.Token)) Count(message.Data);
        }
        catch (OperationCanceledException)
        {
            // disposed of
        }
    }

    private void Count(long number)
    {
        lock (gate)
        {
            var now = TimeProvider.System.GetTimestamp();
            if (last == 0) first = number;
            else if (number != last + 1)
            {
                var excused = excuses.Any(e => e <= now && TimeProvider.System.GetElapsedTime(lastRead, e) > -ReadingDelay);
                if (excused && number > last) LostWithServer += number - last - 1;
                else LostOtherwise += Math.Abs(number - last - 1); // backwards too: a number must not come twice
            }
            last = Math.Max(last, number);
            lastRead = now;
            Received++;
        }
    }
}
