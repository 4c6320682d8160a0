using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class NatsServerExitTests
{
    [Theory]
    [InlineData(0, "exit code 0")]
    [InlineData(2, "exit code 2")]
    [InlineData(128, "exit code 128")]
    [InlineData(137, "signal 9 (KILL)")]
    [InlineData(139, "signal 11 (SEGV)")]
    [InlineData(255, "exit code 255")]
    public void CodesOfTheShellsConventionAreReadAsSignals(int code, string words) => Assert.Equal(words, ServerExits.FromProcess(code).ToString());

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task TheExitCodeOfTheServerIsTold(bool direct)
    {
        using var bench = new ServerBench();
        bench.Order("exit 7", "after 200");
        var server = bench.Server(direct: direct);
        await bench.StartAsync(server);
        Assert.Equal(new ServerExit(7, null), await server.WaitForExitAsync());
    }

    [Fact]
    public async Task TheSignalThatEndedTheServerIsNamed()
    {
        using var bench = new ServerBench();
        var server = bench.Server();
        await bench.StartAsync(server);
        server.Signal(ServerSignal.Kill);
        Assert.Equal("signal 9 (KILL)", (await server.WaitForExitAsync()).ToString());
    }

    [Fact]
    public async Task AServerThatHasEndedCanBeStartedAgain()
    {
        using var bench = new ServerBench();
        var server = bench.Server();
        var first = await bench.StartAsync(server);
        server.Signal(ServerSignal.Kill);
        await server.WaitForExitAsync();
        Assert.NotEqual(first, await bench.StartAsync(server));
    }

    [Theory]
    [InlineData(nameof(ServerSignal.Reload), "HUP")]
    [InlineData(nameof(ServerSignal.LameDuck), "USR2")]
    [InlineData(nameof(ServerSignal.Interrupt), "INT")]
    public async Task SignalsReachTheServer(string signal, string name)
    {
        using var bench = new ServerBench();
        var server = bench.Server();
        await bench.StartReadyAsync(server, "ignore HUP,USR2,INT");
        server.Signal(Enum.Parse<ServerSignal>(signal));
        await ServerBench.UntilAsync(() => bench.Signals() is ["ready", var last] && last == name);
    }

    [Fact]
    public async Task AServerThatIgnoresEverythingElseStillDiesOfKill()
    {
        using var bench = new ServerBench();
        var server = bench.Server();
        await bench.StartReadyAsync(server, "ignore HUP,USR2,INT,TERM");
        server.Signal(ServerSignal.LameDuck);
        server.Signal(ServerSignal.Interrupt);
        await ServerBench.UntilAsync(() => bench.Signals().Length == 3);
        Assert.False(server.WaitForExitAsync().IsCompleted);

        server.Signal(ServerSignal.Kill);

        Assert.Equal(new ServerExit(null, 9), await server.WaitForExitAsync());
    }

    [Fact]
    public async Task KillEndsWhatTheServerForkedToo()
    {
        using var bench = new ServerBench();
        var server = bench.Server();
        await bench.StartReadyAsync(server, "grandchild " + bench.InFolder("grandchild"));
        var grandchild = bench.Remember(int.Parse(File.ReadAllText(bench.InFolder("grandchild"))));
        Assert.NotNull(ProcessTable.Stat(grandchild));

        server.Signal(ServerSignal.Kill);

        await ServerBench.UntilAsync(() => ProcessTable.Stat(grandchild) is null or { HasEnded: true });
    }

    [Fact]
    public async Task ASignalToAServerThatHasEndedGoesNowhere()
    {
        using var bench = new ServerBench();
        bench.Order("exit 0");
        var server = bench.Server();
        await bench.StartAsync(server);
        await server.WaitForExitAsync();
        server.Signal(ServerSignal.Kill);
        Assert.Equal(new ServerExit(0, null), await server.WaitForExitAsync());
    }
}
