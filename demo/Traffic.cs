using LocalCluster;
using NATS.Client.Core;

namespace Demo;

/// <summary>Messages across servers all along: one publisher, on a node that is left alone, and a few subscribers.</summary>
internal sealed class Traffic(Cluster cluster) : IAsyncDisposable
{
    private const string Subject = "demo.count";

    /// <summary>20 ms: 50 messages a second, enough to see a loss and no load.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>100 ms: a client's own default of 2 s would only show how long 2 s are.</summary>
    private static readonly TimeSpan ReconnectWait = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource stop = new();
    private readonly List<Subscriber> subscribers = [];
    private NatsConnection? publisher;
    private Task publishing = Task.CompletedTask;
    private long published;
    private int drops;

    /// <summary>Messages handed to the publisher's server.</summary>
    public long Published => Interlocked.Read(ref published);

    /// <summary>How often the publisher lost its connection: it must not.</summary>
    public int PublisherDrops => Volatile.Read(ref drops);

    /// <summary>The node that the publisher is on; 0 before the start.</summary>
    public int PublisherAt { get; private set; }

    public IReadOnlyList<Subscriber> Subscribers => subscribers;

    public async Task StartPublisherAsync(Node node)
    {
        publisher = new NatsConnection(Options("publisher", node));
        publisher.ConnectionDisconnected += (_, _) =>
        {
            Interlocked.Increment(ref drops);
            return ValueTask.CompletedTask;
        };
        await Subscriber.ConnectAsync(publisher);
        PublisherAt = node.Number;
        publishing = PublishAsync(publisher);
    }

    /// <summary>A client that connects to the first node and, when that one is gone, to the second.</summary>
    public async Task<Subscriber> SubscribeAsync(string name, Node node, Node refuge)
    {
        var subscriber = await Subscriber.StartAsync(name, Subject, cluster, Options(name, node, refuge));
        subscribers.Add(subscriber);
        return subscriber;
    }

    /// <summary>The node's server is about to be killed: its clients will miss what is sent until they have found another.</summary>
    public void ExpectLossAt(Node node)
    {
        foreach (var subscriber in subscribers.Where(s => s.At == node.Number)) subscriber.Excuse();
    }

    /// <summary>The publisher sends no more.</summary>
    public async Task StopPublishingAsync()
    {
        await stop.CancelAsync();
        await publishing;
    }

    public async ValueTask DisposeAsync()
    {
        await StopPublishingAsync();
        foreach (var subscriber in subscribers) await subscriber.DisposeAsync();
        if (publisher is not null) await publisher.DisposeAsync();
        stop.Dispose();
    }

    private async Task PublishAsync(NatsConnection connection)
    {
        try
        {
            while (true)
            {
                await connection.PublishAsync(Subject, Published + 1, cancellationToken: stop.Token);
                Interlocked.Increment(ref published);
                await Task.Delay(Pause, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // stopped
        }
    }

    private NatsOpts Options(string name, params Node[] nodes) => NatsOpts.Default with
    {
        Name = name,
        Url = string.Join(',', nodes.Select(n => n.ClientUrl.ToString())),
        NoRandomize = true,
        AuthOpts = NatsAuthOpts.Default with { Username = cluster.Options.User, Password = cluster.Options.Password },
        ReconnectWaitMin = ReconnectWait,
        ReconnectWaitMax = ReconnectWait,
        ReconnectJitter = TimeSpan.Zero,
        ConnectTimeout = TimeSpan.FromSeconds(5), // on loopback: only a busy machine takes so long
    };
}
