using AwsNats.Simulation.World;

namespace AwsNats.Simulation;

/// <summary>A seed that cannot be replayed is worth nothing.</summary>
public sealed class DeterminismTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_same_seed_gives_the_same_trace(int seed)
    {
        var first = Seeds.PlayOne(seed, Chaos.Play, Chaos.Settings(seed), nameof(The_same_seed_gives_the_same_trace), output: null);
        var second = Seeds.PlayOne(seed, Chaos.Play, Chaos.Settings(seed), nameof(The_same_seed_gives_the_same_trace), output: null);
        Assert.Equal(first.Trace.Hash, second.Trace.Hash);
        Assert.Equal(first.Pump.Events, second.Pump.Events);
    }

    [Fact]
    public void Another_seed_gives_another_trace()
    {
        var first = Seeds.PlayOne(1, Chaos.Play, Chaos.Settings(1), nameof(Another_seed_gives_another_trace), output: null);
        var second = Seeds.PlayOne(2, Chaos.Play, Chaos.Settings(1), nameof(Another_seed_gives_another_trace), output: null);
        Assert.NotEqual(first.Trace.Hash, second.Trace.Hash);
    }
}
