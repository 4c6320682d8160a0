using System.Net;
using System.Net.Sockets;
using System.Text;
using AwsNats.Supervision;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class ServerMonitorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0.0.0.0", "http://127.0.0.1:8222/")]
    [InlineData("::", "http://[::1]:8222/")]
    [InlineData("[::]", "http://[::1]:8222/")]
    [InlineData("", "http://127.0.0.1:8222/")]
    [InlineData("10.1.2.3", "http://10.1.2.3:8222/")]
    [InlineData("fd00::1", "http://[fd00::1]:8222/")]
    public void AWildcardIsAskedOnLoopback(string host, string address) => Assert.Equal(address, ServerMonitor.BaseAddress(host, 8222).ToString());

    [Theory]
    [InlineData(200, """{"status":"ok"}""", nameof(ServerHealth.Healthy), null)]
    [InlineData(503, """{"status":"unavailable","error":"JetStream is not current"}""", nameof(ServerHealth.Unhealthy), "/healthz?js-enabled-only=true: 503, JetStream is not current")]
    [InlineData(500, "oops", nameof(ServerHealth.Unhealthy), "/healthz?js-enabled-only=true: 500")]
    [InlineData(400, "", nameof(ServerHealth.Unknown), "/healthz?js-enabled-only=true: 400")]
    [InlineData(401, "", nameof(ServerHealth.Unknown), "/healthz?js-enabled-only=true: 401")]
    [InlineData(403, "", nameof(ServerHealth.Unknown), "/healthz?js-enabled-only=true: 403")]
    [InlineData(404, "", nameof(ServerHealth.Unknown), "/healthz?js-enabled-only=true: 404")]
    [InlineData(302, "", nameof(ServerHealth.Unknown), "/healthz?js-enabled-only=true: 302")]
    public async Task TheStatusDecides(int status, string body, string health, string? detail)
    {
        await using var peer = new OneAnswer(status, body);
        using var monitor = peer.Monitor(TimeProvider.System);
        Assert.Equal(new ProbeAnswer(Enum.Parse<ServerHealth>(health), detail), await monitor.ProbeAsync(Cancellation));
    }

    [Fact]
    public async Task ThePathFollowsTheVersionAsSoonAsItIsKnown()
    {
        await using var peer = new OneAnswer(200, "{}");
        var version = ServerVersion.Unknown;
        using var monitor = new ServerMonitor(peer.Host, peer.Port, () => version, TimeProvider.System);

        await monitor.ProbeAsync(Cancellation);
        version = new Version(2, 9, 10);
        await monitor.ProbeAsync(Cancellation);

        Assert.Equal(["/", "/healthz?js-enabled-only=true"], peer.Asked);
    }

    [Fact]
    public async Task ARefusedConnectionIsUnhealthy()
    {
        using var bench = new ServerBench();
        using var monitor = new ServerMonitor(bench.Host, bench.FreePort(), () => ServerVersion.Unknown, TimeProvider.System);
        Assert.Equal(ServerHealth.Unhealthy, (await monitor.ProbeAsync(Cancellation)).Health);
    }

    [Fact]
    public async Task AResetConnectionIsUnhealthy()
    {
        await using var peer = new OneAnswer(0, "");
        using var monitor = peer.Monitor(TimeProvider.System);
        Assert.Equal(ServerHealth.Unhealthy, (await monitor.ProbeAsync(Cancellation)).Health);
    }

    [Fact]
    public async Task NoAnswerWithinTheDeadlineIsUnhealthy()
    {
        var time = new FakeTimeProvider();
        await using var peer = new OneAnswer(null, "");
        using var monitor = peer.Monitor(time);
        var probe = monitor.ProbeAsync(Cancellation);
        await ServerBench.UntilAsync(() => peer.Asked.Count == 1);

        time.Advance(ServerMonitor.Deadline);

        Assert.Equal(new ProbeAnswer(ServerHealth.Unhealthy, "no answer to /healthz?js-enabled-only=true within 3 s"), await probe);
    }

    [Fact]
    public async Task AProbeThatWasItselfFrozenIsUnknown()
    {
        var time = new FakeTimeProvider();
        await using var peer = new OneAnswer(null, "");
        using var monitor = peer.Monitor(time);
        var probe = monitor.ProbeAsync(Cancellation);
        await ServerBench.UntilAsync(() => peer.Asked.Count == 1);

        time.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal(ServerHealth.Unknown, (await probe).Health);
    }

    [Fact]
    public async Task AConnectionThatOurOwnSideForbidsIsUnknown()
    {
        // The kernel refuses TCP to the broadcast address without sending anything.
        using var monitor = new ServerMonitor("255.255.255.255", 8222, () => ServerVersion.Unknown, TimeProvider.System);
        Assert.Equal(ServerHealth.Unknown, (await monitor.ProbeAsync(Cancellation)).Health);
    }

    [Fact]
    public async Task AnAnswerWithoutEndIsNotSwallowed()
    {
        await using var peer = new OneAnswer(200, new string('x', 2 * 1024 * 1024));
        using var monitor = peer.Monitor(TimeProvider.System);
        Assert.Null(await monitor.RoutesAsync(Cancellation));
    }

    [Fact]
    public async Task OnlyTheCallersCancellationThrows()
    {
        await using var peer = new OneAnswer(null, "");
        using var monitor = peer.Monitor(TimeProvider.System);
        using var caller = new CancellationTokenSource();
        var probe = monitor.ProbeAsync(caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
    }

    [Fact]
    public async Task AServerThatDoesNotAnswerHasNoRoutesAndNoLoadTime()
    {
        using var bench = new ServerBench();
        using var monitor = new ServerMonitor(bench.Host, bench.FreePort(), () => ServerVersion.Unknown, TimeProvider.System);
        Assert.Null(await monitor.RoutesAsync(Cancellation));
        Assert.Null(await monitor.ConfigLoadTimeAsync(Cancellation));
    }

    /// <summary>A peer with one answer for everybody.</summary>
    /// <param name="status">Null never answers, 0 resets the connection.</param>
    private sealed class OneAnswer : IAsyncDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly List<TcpClient> clients = [];
        private readonly List<string> asked = [];
        private readonly Task serving;

        public OneAnswer(int? status, string body)
        {
            listener.Start();
            serving = ServeAsync(status, body);
        }

        public string Host => "127.0.0.1";

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public IReadOnlyList<string> Asked
        {
            get { lock (asked) return [.. asked]; }
        }

        public ServerMonitor Monitor(TimeProvider time) => new(Host, Port, () => new Version(2, 15, 1), time);

        public async ValueTask DisposeAsync()
        {
            listener.Stop();
            await serving;
            clients.ForEach(client => client.Dispose());
        }

        private async Task ServeAsync(int? status, string body)
        {
            try
            {
                while (true)
                {
                    var client = await listener.AcceptTcpClientAsync();
                    clients.Add(client);
                    var reader = new StreamReader(client.GetStream());
                    if (await reader.ReadLineAsync() is not { Length: > 0 } request) continue; // given up before it asked
                    while (await reader.ReadLineAsync() is { Length: > 0 }) { }
                    lock (asked) asked.Add(request.Split(' ')[1]);
                    if (status is null) continue;
                    if (status > 0) await WriteAsync(client, status.Value, body);
                    else client.LingerState = new LingerOption(true, 0);
                    client.Close();
                }
            }
            catch (Exception fault) when (fault is SocketException or InvalidOperationException or IOException)
            {
                // Stopped.
            }
        }

        private static async Task WriteAsync(TcpClient client, int status, string body)
        {
            try
            {
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {status} Test\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
            }
            catch (IOException)
            {
                // The other side had enough.
            }
        }
    }
}
