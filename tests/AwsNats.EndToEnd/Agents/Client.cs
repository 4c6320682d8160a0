using System.Globalization;
using LocalCluster;
using NATS.Client.Core;

namespace AwsNats.EndToEnd.Agents;

/// <summary>A client as applications are: it is given one server, learns of the others from it, and moves when its own is lost.</summary>
internal sealed class Client : IAsyncDisposable
{
    private int losses;

    private Client(NatsConnection connection)
    {
        Connection = connection;
        connection.ConnectionDisconnected += (_, _) =>
        {
            Interlocked.Increment(ref losses);
            return default;
        };
    }

    public NatsConnection Connection { get; }

    /// <summary>How often it lost its server.</summary>
    public int Losses => Volatile.Read(ref losses);

    /// <summary>The instance id of the server that it is connected to; null when it is to none.</summary>
    public string? Server => Connection.ConnectionState == NatsConnectionState.Open ? Connection.ServerInfo?.Name : null;

    /// <exception cref="NatsException">The server is not there, or refuses the password.</exception>
    public static async Task<Client> ConnectAsync(Cluster cluster, Node node, string? password = null, int port = 4242)
    {
        try
        {
            return await ConnectOnceAsync(cluster, node, password, port);
        }
        catch (NatsException)
        {
            // A server that reloads at the very moment refuses whom it has not yet asked who it is (seen on 2.9.10); a client comes again.
            return await ConnectOnceAsync(cluster, node, password, port);
        }
    }

    private static async Task<Client> ConnectOnceAsync(Cluster cluster, Node node, string? password, int port)
    {
        var connection = new NatsConnection(new NatsOpts
        {
            Url = $"nats://{node.Address}:{port}",
            AuthOpts = new NatsAuthOpts { Username = cluster.Options.User, Password = password ?? cluster.Options.Password },
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PingInterval = TimeSpan.FromSeconds(1), // so that a frozen server is left soon
            MaxPingOut = 2,
            ReconnectWaitMin = TimeSpan.FromMilliseconds(50),
            ReconnectWaitMax = TimeSpan.FromMilliseconds(500),
        });
        try
        {
            await connection.ConnectAsync();
            return new Client(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether this server takes clients with this password. Null: it does not answer at all.</summary>
    public static async Task<bool?> IsAcceptedAsync(Cluster cluster, Node node, string password, int port = 4242)
    {
        try
        {
            await using var client = await ConnectAsync(cluster, node, password, port);
            return true;
        }
        catch (NatsException e)
        {
            for (Exception? inner = e; inner is not null; inner = inner.InnerException)
            {
                if (inner.Message.Contains("Authorization Violation", StringComparison.OrdinalIgnoreCase)) return false;
            }
            return null;
        }
    }

    /// <summary>Until a message that one client publishes reaches the other. Published again and again: a subscription takes a moment to spread.</summary>
    public static async Task ExchangeAsync(Client from, Client to, TimeSpan deadline)
    {
        var subject = $"exchange.{Guid.NewGuid():N}";
        using var limit = new CancellationTokenSource(deadline);
        await using var subscription = await to.Connection.SubscribeCoreAsync<string>(subject, cancellationToken: limit.Token);
        await to.Connection.PingAsync(limit.Token); // the subscription has reached its server
        for (var n = 0; ; n++)
        {
            await from.Connection.PublishAsync(subject, n.ToString(CultureInfo.InvariantCulture), cancellationToken: limit.Token);
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
            pause.CancelAfter(TimeSpan.FromMilliseconds(100));
            try
            {
                await subscription.Msgs.ReadAsync(pause.Token);
                return;
            }
            catch (OperationCanceledException) when (!limit.IsCancellationRequested)
            {
                // not yet
            }
        }
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
