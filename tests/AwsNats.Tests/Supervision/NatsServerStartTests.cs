using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class NatsServerStartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AStartedServerIsRecorded()
    {
        using var bench = new ServerBench();
        var pid = await bench.StartAsync(bench.Server(), "the|fixed|key");

        var record = ServerRecordFile.Read(bench.RecordPath)!;
        Assert.Equal(
            new ServerRecord(pid, ProcessTable.Stat(pid)!.Value.StartTicks, ProcessTable.BootId()!, ServerBench.Puppet, bench.ConfigPath, "the|fixed|key"),
            record);
    }

    [Fact]
    public async Task TheRecordIsOnDiskBeforeTheServerRunsAndGoesWithIt()
    {
        using var bench = new ServerBench();
        var server = bench.Server(Witness(bench));
        var pid = await bench.StartAsync(server);

        Assert.Equal(0, (await server.WaitForExitAsync()).Code);

        Assert.Equal(pid, ServerRecordFile.Read(bench.InFolder("witness.record"))!.Pid);
        Assert.False(File.Exists(bench.RecordPath));
    }

    [Fact]
    public async Task AServerLeadsAProcessGroupOfItsOwn()
    {
        using var bench = new ServerBench();
        Assert.True(Posix.LeadsItsGroup(await bench.StartAsync(bench.Server())));
    }

    [Fact]
    public async Task TheServersCommandLineHoldsTheConfigurationAndNothingOfOurs()
    {
        using var bench = new ServerBench();
        var pid = await bench.StartAsync(bench.Server());
        Assert.Equal([ServerBench.Puppet, "-c", bench.ConfigPath], ProcessTable.CommandLine(pid));
    }

    [Fact]
    public async Task NoDescriptorButTheStandardStreamsReachesTheServer()
    {
        using var bench = new ServerBench();
        var held = bench.InFolder("held");
        using var file = File.Create(held);
        var inherited = bench.InFolder("inherited");
        File.WriteAllText(inherited, "");
        // The shell stands for whoever started the agent with a descriptor too many.
        string[] launcher = ["/bin/sh", "-c", $"exec 9<'{inherited}'; exec \"$@\"", "sh", ServerBench.Puppet];
        var launch = new ServerLaunch(launcher, ServerBench.Puppet, null, bench.ConfigPath, bench.RecordPath, []);

        var pid = await bench.StartReadyAsync(new NatsServer(launch, TimeProvider.System));

        var links = Directory.GetFileSystemEntries($"/proc/{pid}/fd").Select(entry => new FileInfo(entry).LinkTarget ?? "").ToList();
        Assert.DoesNotContain(links, link => link == held || link == inherited);
        foreach (var stream in new[] { 0, 1, 2 })
            Assert.Equal(new FileInfo($"/proc/self/fd/{stream}").LinkTarget, new FileInfo($"/proc/{pid}/fd/{stream}").LinkTarget);
    }

    [Fact]
    public async Task NoSignalIsLeftIgnoredOrBlocked()
    {
        using var bench = new ServerBench();
        var server = bench.Server(Witness(bench));
        await bench.StartAsync(server);
        await server.WaitForExitAsync();

        var status = File.ReadAllLines(bench.InFolder("witness.status"));
        Assert.Contains("SigIgn:\t0000000000000000", status);
        Assert.Contains("SigBlk:\t0000000000000000", status);
    }

    [Fact]
    public async Task APortThatIsTakenIsAFaultThatNamesTheHolder()
    {
        using var bench = new ServerBench();
        using var holder = new TcpListener(IPAddress.Parse(bench.Host), 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;

        var answer = await bench.Server(listens: new ListenAddress("client", bench.Host, port)).StartAsync("key", Cancellation);

        Assert.Null(answer.Pid);
        Assert.Contains($"the client port {port} of {bench.Host} is taken by", answer.Fault);
        Assert.Contains($"pid {Posix.OwnPid}", answer.Fault);
    }

    [Fact]
    public async Task AMissingExecutableIsAFaultThatNamesIt()
    {
        using var bench = new ServerBench();
        Assert.Contains("there is no file /absent/nats-server", (await bench.Server("/absent/nats-server").StartAsync("key", Cancellation)).Fault);
    }

    [Fact]
    [SupportedOSPlatform("linux")]
    public async Task AFileThatIsNoProgramIsAFaultAndLeavesNoRecord()
    {
        using var bench = new ServerBench();
        var text = bench.InFolder("text");
        File.WriteAllText(text, "hello");
        File.SetUnixFileMode(text, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var answer = await bench.Server(text).StartAsync("key", Cancellation);

        Assert.Contains($"{text} cannot be run", answer.Fault);
        Assert.False(File.Exists(bench.RecordPath));
    }

    [Fact]
    public async Task ARecordThatCannotBeWrittenIsAFaultAndNoServerRuns()
    {
        using var bench = new ServerBench();
        Directory.CreateDirectory(bench.RecordPath);
        var answer = await bench.Server().StartAsync("key", Cancellation);
        Assert.Contains(bench.RecordPath, answer.Fault);
        Assert.Null(answer.Pid);
    }

    [Fact]
    public async Task AMissingLauncherIsAFaultThatNamesIt()
    {
        using var bench = new ServerBench();
        var launch = new ServerLaunch(["/absent/aws-nats"], ServerBench.Puppet, null, bench.ConfigPath, bench.RecordPath, []);
        Assert.Contains("/absent/aws-nats cannot be run", (await new NatsServer(launch, TimeProvider.System).StartAsync("key", Cancellation)).Fault);
    }

    [Fact]
    public async Task AfterAFailedStartTheNextOneMaySucceed()
    {
        using var bench = new ServerBench();
        var server = bench.Server(bench.InFolder("later"));
        Assert.NotNull((await server.StartAsync("key", Cancellation)).Fault);
        bench.Link("later", ServerBench.Puppet);
        await bench.StartAsync(server);
    }

    [Fact]
    public async Task ASecondServerIsNeverStartedBesideTheFirst()
    {
        using var bench = new ServerBench();
        var server = bench.Server();
        await bench.StartAsync(server);
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.StartAsync("key", Cancellation));
    }

    [Fact]
    public async Task WithoutALauncherAServerIsStartedAndRecordedToo()
    {
        using var bench = new ServerBench();
        var pid = await bench.StartAsync(bench.Server(direct: true));
        Assert.Equal(pid, ServerRecordFile.Read(bench.RecordPath)!.Pid);
    }

    private static string Witness(ServerBench bench) => bench.Link("witness", ServerBench.Script("witness.sh"));
}
