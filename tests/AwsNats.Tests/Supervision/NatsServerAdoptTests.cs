using System.Diagnostics;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class NatsServerAdoptTests
{
    [Fact]
    public void WithoutARecordThereIsNothingToAdopt()
    {
        using var bench = new ServerBench();
        Assert.Null(bench.Server().Adopt());
    }

    [Fact]
    public async Task AServerWhoseStarterDiedIsAdoptedWithItsKey()
    {
        using var bench = new ServerBench();
        var pid = await StartOrphanAsync(bench);
        Assert.Equal(new AdoptedServer(pid, "orphan|key"), bench.Server().Adopt());
    }

    [Fact]
    public async Task AnAdoptedServerGetsSignals()
    {
        using var bench = new ServerBench();
        await StartOrphanAsync(bench);
        var server = bench.Server();
        server.Adopt();
        server.Signal(ServerSignal.Reload);
        await ServerBench.UntilAsync(() => bench.Signals().Contains("HUP"));
    }

    [Fact]
    public async Task TheEndOfAnAdoptedServerIsNoticedButNotItsCode()
    {
        using var bench = new ServerBench();
        await StartOrphanAsync(bench);
        var server = bench.Server();
        server.Adopt();
        var exit = server.WaitForExitAsync();
        Assert.False(exit.IsCompleted);

        server.Signal(ServerSignal.Kill);

        Assert.Equal(new ServerExit(null, null), await exit);
        Assert.False(File.Exists(bench.RecordPath));
    }

    [Fact]
    public async Task AServerBehindAWrapperScriptIsAdopted()
    {
        using var bench = new ServerBench();
        var wrapper = bench.Link("wrapped", ServerBench.Script("wrapper.sh"));
        bench.Link("wrapped.real", ServerBench.Puppet);
        var pid = await bench.StartAsync(bench.Server(wrapper));
        await ServerBench.UntilAsync(() => ProcessTable.Executable(pid) == ServerBench.Puppet);
        Assert.Equal(pid, bench.Server(wrapper).Adopt()?.Pid);
    }

    [Fact]
    public async Task AServerWhoseFileWasReplacedIsAdopted()
    {
        using var bench = new ServerBench();
        var copy = bench.InFolder("nats-server");
        File.Copy(ServerBench.RealServer("2.9"), copy);
        File.WriteAllText(bench.ConfigPath, $"host: \"{bench.Host}\", port: {bench.FreePort()}, log_file: \"{bench.InFolder("log")}\"");
        var pid = await bench.StartAsync(bench.Server(copy));
        await ServerBench.UntilAsync(() => ProcessTable.Executable(pid) == copy);
        File.Delete(copy);
        Assert.Equal(pid, bench.Server(copy).Adopt()?.Pid);
    }

    [Fact]
    public void AProcessThatGotThePidOfADeadServerIsNotAdoptedNorSignalled()
    {
        using var bench = new ServerBench();
        var own = Own(bench);
        AssertStale(bench, own with { StartTicks = own.StartTicks - 1 });
    }

    [Fact]
    public void ARecordOfAnEarlierBootIsStale()
    {
        using var bench = new ServerBench();
        AssertStale(bench, Own(bench) with { BootId = "00000000-0000-0000-0000-000000000000" });
    }

    [Fact]
    public void AProcessThatIsNoServerOfOursIsNotAdopted()
    {
        using var bench = new ServerBench();
        AssertStale(bench, Own(bench) with { Executable = "/usr/sbin/nats-server" });
    }

    [Fact]
    public void AProcessThatIsGoneIsNotAdopted()
    {
        using var bench = new ServerBench();
        AssertStale(bench, Own(bench) with { Pid = int.MaxValue });
    }

    [Fact]
    public void ATornRecordIsRemoved()
    {
        using var bench = new ServerBench();
        File.WriteAllText(bench.RecordPath, Own(bench).Render()[..30]);
        Assert.Null(bench.Server().Adopt());
        Assert.False(File.Exists(bench.RecordPath));
    }

    [Fact]
    public void AnotherConfigurationsServerIsLeftAlone()
    {
        using var bench = new ServerBench();
        Assert.Null(ServerRecordFile.Write(bench.RecordPath, Own(bench) with { ConfigPath = "/etc/other.conf" }));
        Assert.Null(bench.Server().Adopt());
        Assert.True(File.Exists(bench.RecordPath));
    }

    /// <summary>A record that would be adopted but for what the test changes: it names this very process.</summary>
    private static ServerRecord Own(ServerBench bench) =>
        ServerLauncher.Record(Posix.OwnPid, Environment.ProcessPath!, bench.ConfigPath, "key")!;

    private static void AssertStale(ServerBench bench, ServerRecord record)
    {
        Assert.Null(ServerRecordFile.Write(bench.RecordPath, record));
        var server = bench.Server();
        Assert.Null(server.Adopt());
        Assert.False(File.Exists(bench.RecordPath));
        server.Signal(ServerSignal.Kill); // this process would not survive it
    }

    /// <summary>A server started through the launcher by a process that is gone by now.</summary>
    private static async Task<int> StartOrphanAsync(ServerBench bench)
    {
        bench.Order("signals " + bench.SignalsPath);
        string[] launch = [ServerBench.Puppet, .. ServerLauncher.Arguments(bench.RecordPath, "orphan|key", ServerBench.Puppet, "-c", bench.ConfigPath)];
        using var starter = Process.Start("/bin/sh", ["-c", "\"$@\" &", "sh", .. launch]);
        await starter.WaitForExitAsync(TestContext.Current.CancellationToken);
        await ServerBench.UntilAsync(() => bench.Signals().Contains("ready"));
        return bench.Remember(ServerRecordFile.Read(bench.RecordPath)!.Pid);
    }
}
