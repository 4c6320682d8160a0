using AwsNats.Supervision;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class ServerExecutableTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NatsServerIsPreferredToGnatsdWhereverItStandsInPath()
    {
        using var bench = new ServerBench();
        Directory.CreateDirectory(bench.InFolder("later"));
        bench.Link("gnatsd", ServerBench.Puppet);
        var wanted = bench.Link("later/nats-server", ServerBench.Puppet);

        var answer = await Executable(null, $"{bench.Folder}:{bench.InFolder("later")}").VersionAsync(Cancellation);

        Assert.Equal(wanted, answer.Path);
    }

    [Fact]
    public async Task GnatsdServesWhereThereIsNoNatsServer()
    {
        using var bench = new ServerBench();
        var gnatsd = bench.Link("gnatsd", ServerBench.Puppet, "version gnatsd version 1.3.0");
        Assert.Equal(new VersionAnswer(gnatsd, new Version(1, 3, 0), null), await Executable(null, bench.Folder).VersionAsync(Cancellation));
    }

    [Fact]
    public async Task ANameIsLookedForInPath()
    {
        using var bench = new ServerBench();
        var other = bench.Link("my-server", ServerBench.Puppet);
        Assert.Equal(other, (await Executable("my-server", bench.Folder).VersionAsync(Cancellation)).Path);
    }

    [Fact]
    public async Task AMissingServerIsAFaultThatNamesWhereWeLooked()
    {
        var answer = await Executable(null, "/absent/one:/absent/two").VersionAsync(Cancellation);
        Assert.Equal("no nats-server nor gnatsd in PATH (/absent/one:/absent/two): install nats-server, or set [server] server to its path", answer.Fault);
    }

    [Fact]
    public async Task AMissingPathIsAFaultThatNamesIt() =>
        Assert.Contains("there is no file /absent/nats-server", (await Executable("/absent/nats-server", null).VersionAsync(Cancellation)).Fault);

    [Fact]
    public async Task AFileWithoutThePermissionIsAFaultThatNamesIt()
    {
        using var bench = new ServerBench();
        Assert.Contains($"{bench.ConfigPath} may not be executed", (await Executable(bench.ConfigPath, null).VersionAsync(Cancellation)).Fault);
    }

    [Fact]
    public async Task AServerWithoutAVersionIsUsedAllTheSame()
    {
        using var bench = new ServerBench();
        var server = bench.Link("odd", ServerBench.Puppet, "version I tell nobody");
        Assert.Equal(new VersionAnswer(server, ServerVersion.Unknown, null), await Executable(server, null).VersionAsync(Cancellation));
    }

    [Fact]
    public async Task AServerThatHangsWhenAskedIsGivenUpAfterTheDeadline()
    {
        using var bench = new ServerBench();
        var time = new FakeTimeProvider();
        var asked = new ServerExecutable(bench.Link("hung", ServerBench.Puppet, "hang"), null, time).VersionAsync(Cancellation);
        Assert.False(asked.IsCompleted);

        time.Advance(ServerExecutable.VersionDeadline);

        Assert.Contains("gave no answer within 5 s", (await asked).Fault);
    }

    [Fact]
    public async Task TheVersionIsAskedOnce()
    {
        using var bench = new ServerBench();
        var executable = Executable(bench.Link("once", ServerBench.Puppet, "version nats-server: v2.9.1"), null);
        await executable.VersionAsync(Cancellation);
        File.WriteAllText(bench.InFolder("once.puppet"), "version nats-server: v2.9.2");
        Assert.Equal(new Version(2, 9, 1), (await executable.VersionAsync(Cancellation)).Version);
        Assert.Equal(new Version(2, 9, 1), executable.Version);
    }

    [Fact]
    public async Task ARefusedConfigurationComesWithTheServersWords()
    {
        using var bench = new ServerBench();
        var server = bench.Link("strict", ServerBench.Puppet, "test-exit 1", "test-words nats-server: /etc/x.conf:3:1: unknown field \"prot\"");
        Assert.Equal("/etc/x.conf:3:1: unknown field \"prot\"", await Executable(server, null).TestAsync("/etc/x.conf", Cancellation));
    }

    [Fact]
    public async Task AnAcceptedConfigurationIsNull()
    {
        using var bench = new ServerBench();
        Assert.Null(await Executable(ServerBench.Puppet, null).TestAsync(bench.ConfigPath, Cancellation));
    }

    [Fact]
    public async Task AServerThatKnowsNoTestIsNotAsked()
    {
        using var bench = new ServerBench();
        var server = bench.Link("old", ServerBench.Puppet, "version nats-server version 1.4.1", "test-exit 1");
        Assert.Null(await Executable(server, null).TestAsync(bench.ConfigPath, Cancellation));
    }

    [Fact]
    public async Task TheCallersCancellationEndsTheWait()
    {
        using var bench = new ServerBench();
        using var caller = new CancellationTokenSource();
        var asked = Executable(bench.Link("hung", ServerBench.Puppet, "hang"), null).VersionAsync(caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Theory]
    [InlineData("2.9")]
    [InlineData("2.10")]
    [InlineData("2.15")]
    public async Task RealServersTellTheirVersionAndRefuseWithoutTellingThePassword(string line)
    {
        using var bench = new ServerBench();
        var executable = Executable(ServerBench.RealServer(line), null);
        Assert.StartsWith(line + ".", (await executable.VersionAsync(Cancellation)).Version!.ToString());

        File.WriteAllText(bench.ConfigPath, "cluster { routes: [ \"nats-route://user:hush%zz@10.0.0.1:7244\" ] }");
        var words = await executable.TestAsync(bench.ConfigPath, Cancellation);
        Assert.StartsWith(bench.ConfigPath, words);
        Assert.DoesNotContain("hush", words);

        File.WriteAllText(bench.ConfigPath, "port: 4242");
        Assert.Null(await executable.TestAsync(bench.ConfigPath, Cancellation));
    }

    private static ServerExecutable Executable(string? setting, string? path) => new(setting, path, TimeProvider.System);
}
