using AwsNats.Agent;
using AwsNats.Registry;
using Xunit;

namespace AwsNats.Tests.Registry;

/// <summary>AWS's time is read once in a while and carried on by the monotonic clock.</summary>
public sealed class AwsClockTests
{
    private static readonly DateTimeOffset Aws = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Fact]
    public void Before_any_reply_the_hosts_clock_is_the_best_guess() =>
        Assert.Equal(Aws.AddDays(3), AwsClock.Now(null, new Moment(TimeSpan.FromSeconds(5), Aws.AddDays(3))));

    [Fact]
    public void After_a_reply_AWSs_time_goes_on_by_the_monotonic_clock() =>
        Assert.Equal(Aws.AddSeconds(7), AwsClock.Now(new AwsClock(Aws, TimeSpan.FromSeconds(5)), new Moment(TimeSpan.FromSeconds(12), Aws)));

    [Theory]
    [InlineData(-600)]
    [InlineData(600)]
    public void A_step_of_the_hosts_clock_does_not_move_it(double step) =>
        Assert.Equal(Aws.AddSeconds(1), AwsClock.Now(new AwsClock(Aws, TimeSpan.Zero), new Moment(TimeSpan.FromSeconds(1), Aws.AddSeconds(step))));
}
