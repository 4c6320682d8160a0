using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class AgentLockTests
{
    [Fact]
    public void ASecondAgentIsToldWhoHoldsTheLock()
    {
        using var bench = new ServerBench();
        var path = bench.InFolder("agent.lock");
        using var first = AgentLock.TryTake(path).Held;
        Assert.NotNull(first);

        var second = AgentLock.TryTake(path);

        Assert.Null(second.Held);
        Assert.Contains($"(pid {Posix.OwnPid})", second.Fault);
    }

    [Fact]
    public void ALockGivenBackCanBeTakenAgain()
    {
        using var bench = new ServerBench();
        var path = bench.InFolder("agent.lock");
        AgentLock.TryTake(path).Held!.Dispose();
        using var again = AgentLock.TryTake(path).Held;
        Assert.NotNull(again);
    }

    [Fact]
    public async Task AServerLeftRunningDoesNotKeepTheLock()
    {
        using var bench = new ServerBench();
        var path = bench.InFolder("agent.lock");
        var held = AgentLock.TryTake(path).Held!;
        await bench.StartAsync(bench.Server());
        held.Dispose();

        using var next = AgentLock.TryTake(path).Held;

        Assert.NotNull(next);
    }

    [Fact]
    public void ALockThatCannotBeOpenedIsAFault()
    {
        using var bench = new ServerBench();
        Assert.Contains("cannot be opened", AgentLock.TryTake(bench.InFolder("absent/agent.lock")).Fault);
    }
}
