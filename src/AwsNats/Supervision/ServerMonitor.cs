using System.Net;
using System.Net.Sockets;

namespace AwsNats.Supervision;

/// <summary>The monitoring port over HTTP.</summary>
internal sealed class ServerMonitor : IServerMonitor, IDisposable
{
    /// <summary>3 s: on loopback a living server answers within milliseconds; three misses in a row still fit into half a minute.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(3);

    /// <summary>A probe that took longer than this many deadlines was not kept waiting by the server: we did not run ourselves (frozen, starved).</summary>
    private const int FrozenAfterDeadlines = 2;

    /// <summary>1 MiB: /routez of 500 peers with four entries each.</summary>
    private const int LargestBody = 1024 * 1024;

    /// <summary>One connection is enough, a second one keeps /routez from delaying a probe.</summary>
    private const int Connections = 2;

    private readonly HttpClient http;
    private readonly Func<Version> serverVersion;
    private readonly TimeProvider time;

    /// <param name="host">Where the server listens; a wildcard is asked on loopback.</param>
    /// <param name="serverVersion">
    /// Decides the health path, and is asked at every probe: the version becomes known only after the executable has told it
    /// (<see cref="ServerExecutable.Version"/>). <see cref="ServerVersion.Unknown"/> until then.
    /// </param>
    public ServerMonitor(string host, int port, Func<Version> serverVersion, TimeProvider time)
    {
        this.serverVersion = serverVersion;
        this.time = time;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            MaxConnectionsPerServer = Connections,
            ConnectTimeout = Deadline,
        };
        http = new HttpClient(handler)
        {
            BaseAddress = BaseAddress(host, port),
            Timeout = Timeout.InfiniteTimeSpan, // every call has its own deadline, on the injected clock
            MaxResponseContentBufferSize = LargestBody,
        };
    }

    /// <summary>http://host:port, brackets around IPv6, loopback for a wildcard.</summary>
    public static Uri BaseAddress(string host, int port)
    {
        var bare = host.Trim('[', ']') switch
        {
            "" or "0.0.0.0" => IPAddress.Loopback.ToString(),
            "::" => IPAddress.IPv6Loopback.ToString(),
            var other => other,
        };
        return new UriBuilder(Uri.UriSchemeHttp, bare, port).Uri;
    }

    public void Dispose() => http.Dispose();

    public async Task<ProbeAnswer> ProbeAsync(CancellationToken cancellation)
    {
        var path = ServerVersion.HealthPath(serverVersion());
        var since = time.GetTimestamp();
        var answer = await AskAsync(path, cancellation).ConfigureAwait(false);
        var probe = Judge(path, answer);
        var took = time.GetElapsedTime(since);
        return probe.Health == ServerHealth.Unhealthy && took > FrozenAfterDeadlines * Deadline
            ? new ProbeAnswer(ServerHealth.Unknown, $"the probe itself took {took.TotalSeconds:0.0} s: this process was not running ({probe.Detail})")
            : probe;
    }

    public async Task<string?> ConfigLoadTimeAsync(CancellationToken cancellation) =>
        await AskAsync("/varz", cancellation).ConfigureAwait(false) is { Status: HttpStatusCode.OK } answer
            ? MonitorJson.ConfigLoadTime(answer.Body)
            : null;

    public async Task<int?> RoutesAsync(CancellationToken cancellation) =>
        await AskAsync("/routez?subs=0", cancellation).ConfigureAwait(false) is { Status: HttpStatusCode.OK } answer
            ? MonitorJson.Routes(answer.Body)
            : null;

    /// <param name="Status">Null when there was no answer.</param>
    /// <param name="Fault">Why there was none.</param>
    /// <param name="OurFault">There was none for a reason on our side of the connection.</param>
    private sealed record Answer(HttpStatusCode? Status, byte[] Body, string? Fault = null, bool OurFault = false);

    private async Task<Answer> AskAsync(string path, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(Deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var response = await http.GetAsync(new Uri(path, UriKind.Relative), both.Token).ConfigureAwait(false);
            return new Answer(response.StatusCode, await response.Content.ReadAsByteArrayAsync(both.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new Answer(null, [], $"no answer to {path} within {Deadline.TotalSeconds:0} s");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            return new Answer(null, [], $"{path}: {fault.Message}", IsOurFault(fault));
        }
    }

    private static ProbeAnswer Judge(string path, Answer answer) => answer switch
    {
        { Status: HttpStatusCode.OK } => new ProbeAnswer(ServerHealth.Healthy),
        { Status: >= HttpStatusCode.InternalServerError } =>
            new ProbeAnswer(ServerHealth.Unhealthy, $"{path}: {(int)answer.Status}{Words(answer.Body)}"),
        // 401, 403, 404 and the like: the probe asks wrongly, or asks somebody else.
        { Status: { } status } => new ProbeAnswer(ServerHealth.Unknown, $"{path}: {(int)status}{Words(answer.Body)}"),
        _ => new ProbeAnswer(answer.OurFault ? ServerHealth.Unknown : ServerHealth.Unhealthy, answer.Fault),
    };

    private static string Words(byte[] body) => MonitorJson.HealthWords(body) is { } words ? ", " + ServerWords.OneLine(words) : "";

    /// <summary>No descriptors, no local ports, no memory, no name resolution: nothing that the server could answer for.</summary>
    private static bool IsOurFault(Exception fault)
    {
        for (var inner = fault; inner is not null; inner = inner.InnerException)
        {
            if (inner is SocketException socket)
            {
                return socket.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.AddressNotAvailable
                    or SocketError.AccessDenied or SocketError.NetworkUnreachable or SocketError.HostNotFound or SocketError.TryAgain
                    or SocketError.NoData or SocketError.NoRecovery;
            }
        }

        return false;
    }
}
