using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

/// <summary>The whole of this folder against real servers, oldest to newest.</summary>
public sealed class RealServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2.9")]
    [InlineData("2.10")]
    [InlineData("2.15")]
    public async Task AServerIsHealthyUntilItIsFrozenAndAgainAfterwards(string line)
    {
        using var bench = new ServerBench();
        using var node = await Node.StartAsync(bench, line);

        Assert.True(Posix.SendSignal(node.Pid, 19)); // STOP
        await ServerBench.UntilAsync(() => Directory.GetDirectories($"/proc/{node.Pid}/task").All(thread =>
            ServerBench.ThreadState(thread) == 'T'));
        var since = TimeProvider.System.GetTimestamp();
        var frozen = await node.Monitor.ProbeAsync(Cancellation);
        Assert.Equal(ServerHealth.Unhealthy, frozen.Health);
        Assert.InRange(TimeProvider.System.GetElapsedTime(since), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4));

        Assert.True(Posix.SendSignal(node.Pid, 18)); // CONT
        await ServerBench.UntilAsync(async () => (await node.Monitor.ProbeAsync(Cancellation)).Health == ServerHealth.Healthy);
    }

    [Theory]
    [InlineData("2.9")]
    [InlineData("2.15")]
    public async Task AReloadMovesTheLoadTimeAndInterruptEndsWithZero(string line)
    {
        using var bench = new ServerBench();
        using var node = await Node.StartAsync(bench, line);
        var before = await node.Monitor.ConfigLoadTimeAsync(Cancellation);
        Assert.NotNull(before);

        node.Server.Signal(ServerSignal.Reload);
        await ServerBench.UntilAsync(async () => await node.Monitor.ConfigLoadTimeAsync(Cancellation) != before);

        node.Server.Signal(ServerSignal.Interrupt);
        Assert.Equal(new ServerExit(0, null), await node.Server.WaitForExitAsync());
    }

    [Fact]
    public async Task AServerInLameDuckModeSaysSo()
    {
        using var bench = new ServerBench();
        using var node = await Node.StartAsync(bench, "2.15");
        using var client = new System.Net.Sockets.TcpClient(bench.Host, node.ClientPort); // without a client it would end at once
        node.Server.Signal(ServerSignal.LameDuck);
        ProbeAnswer? answer = null;
        await ServerBench.UntilAsync(async () => (answer = await node.Monitor.ProbeAsync(Cancellation)).Health == ServerHealth.Unhealthy);
        Assert.NotNull(answer!.Detail);
    }

    [Theory]
    [InlineData("2.9", "2.9")]
    [InlineData("2.10", "2.10")]
    [InlineData("2.15", "2.15")]
    public async Task APeerWithThreePooledRoutesCountsOnce(string line, string other)
    {
        using var first = new ServerBench();
        using var second = new ServerBench();
        using var third = new ServerBench();
        using var one = await Node.StartAsync(first, line);
        Assert.Equal(0, await one.Monitor.RoutesAsync(Cancellation));

        using var two = await Node.StartAsync(second, other, one);
        await ServerBench.UntilAsync(async () => await one.Monitor.RoutesAsync(Cancellation) == 1);
        using var three = await Node.StartAsync(third, line, one);
        await ServerBench.UntilAsync(async () => await one.Monitor.RoutesAsync(Cancellation) == 2);
    }

    private sealed class Node : IDisposable
    {
        private readonly string host;
        private readonly int clusterPort;

        private Node(ServerBench bench, string line)
        {
            host = bench.Host;
            (ClientPort, clusterPort) = (bench.FreePort(), bench.FreePort());
            var monitorPort = bench.FreePort();
            MonitorPort = monitorPort;
            Server = bench.Server(ServerBench.RealServer(line), listens:
                [new("client", host, ClientPort), new("cluster", host, clusterPort), new("monitor", host, monitorPort)]);
            Monitor = new ServerMonitor(host, monitorPort, () => new Version(2, 9, 10), TimeProvider.System);
        }

        public NatsServer Server { get; }

        public ServerMonitor Monitor { get; }

        public int Pid { get; private set; }

        public int ClientPort { get; }

        private int MonitorPort { get; }

        public static async Task<Node> StartAsync(ServerBench bench, string line, Node? seed = null)
        {
            var node = new Node(bench, line);
            var pool = line == "2.9" ? "" : "pool_size: 3,";
            var routes = seed is null ? "" : $"\"nats-route://{seed.host}:{seed.clusterPort}\"";
            await File.WriteAllTextAsync(bench.ConfigPath, $$"""
                host: "{{node.host}}"
                port: {{node.ClientPort}}
                http: "{{node.host}}:{{node.MonitorPort}}"
                log_file: "{{bench.InFolder("log")}}"
                cluster { name: "test", {{pool}} host: "{{node.host}}", port: {{node.clusterPort}}, advertise: "{{node.host}}:{{node.clusterPort}}", routes: [{{routes}}] }
                """, Cancellation);
            node.Pid = await bench.StartAsync(node.Server);
            await ServerBench.UntilAsync(async () => (await node.Monitor.ProbeAsync(Cancellation)).Health == ServerHealth.Healthy);
            return node;
        }

        public void Dispose() => Monitor.Dispose();
    }
}
