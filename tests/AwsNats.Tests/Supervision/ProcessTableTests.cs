using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class ProcessTableTests
{
    private const string Tail = " S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 168857 1000 200";

    [Theory]
    [InlineData("4711 (nats-server)")]
    [InlineData("4711 (a name) with (parens)")]
    [InlineData("4711 ())")]
    public void StartTimeIsFoundWhateverTheNameHolds(string head) =>
        Assert.Equal(new ProcessStat('S', 168857), ProcessStat.Parse(head + Tail));

    [Theory]
    [InlineData("")]
    [InlineData("4711 (nats-server) S 1 2 3")]
    public void ATruncatedLineIsNone(string text) => Assert.Null(ProcessStat.Parse(text));

    [Fact]
    public void AZombieHasEnded() => Assert.True(new ProcessStat('Z', 1).HasEnded);

    [Fact]
    public void ThisProcessRuns()
    {
        var own = ProcessTable.Stat(Posix.OwnPid)!.Value;
        Assert.True(ProcessTable.Runs(Posix.OwnPid, own.StartTicks));
        Assert.False(ProcessTable.Runs(Posix.OwnPid, own.StartTicks + 1));
    }
}
