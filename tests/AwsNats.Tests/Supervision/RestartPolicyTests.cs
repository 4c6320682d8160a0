using System.Collections.Immutable;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

/// <summary>When a dead server is started again, and when that is given up.</summary>
public sealed class RestartPolicyTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private static readonly DateTimeOffset Noon = new(2025, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, 8)]
    [InlineData(5, 16)]
    [InlineData(6, 32)]
    [InlineData(7, 60)]
    [InlineData(8, 60)]
    [InlineData(1000, 60)]
    public void The_pause_doubles_from_one_second_up_to_a_minute(int deaths, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RestartPolicy.Delay(deaths));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(4, null)]
    [InlineData(5, null)]
    public void With_a_limit_of_three_the_fourth_death_within_the_window_is_the_last(int deaths, int? delay) =>
        Assert.Equal(delay is { } seconds ? TimeSpan.FromSeconds(seconds) : null, RestartPolicy.Judge(Deaths(deaths), At(deaths - 1), 3, Window).Delay);

    [Fact]
    public void With_a_limit_of_zero_the_first_death_is_the_last() => Assert.Null(RestartPolicy.Judge(Deaths(1), At(0), 0, Window).Delay);

    [Fact]
    public void A_death_as_old_as_the_window_still_counts() => Assert.Null(RestartPolicy.Judge([Death(0), Death(600)], At(600), 1, Window).Delay);

    [Fact]
    public void A_death_older_than_the_window_is_forgotten_and_no_longer_remembered()
    {
        var verdict = RestartPolicy.Judge([Death(0), Death(601)], At(601), 1, Window);
        Assert.Equal(TimeSpan.FromSeconds(1), verdict.Delay);
        Assert.Equal([Death(601)], verdict.Recent);
    }

    [Fact]
    public void A_server_that_dies_once_an_hour_is_always_restarted_after_a_second()
    {
        ImmutableArray<Death> remembered = [];
        for (var hour = 0; hour < 100; hour++)
        {
            var verdict = RestartPolicy.Judge(remembered.Add(Death(hour * 3600)), At(hour * 3600), 3, Window);
            Assert.Equal(TimeSpan.FromSeconds(1), verdict.Delay);
            remembered = verdict.Recent;
        }
    }

    [Fact]
    public void The_description_says_how_it_died_how_often_and_since_when() => Assert.Equal(
        "nats-server ended 4 times within 600 s since 2025-03-04T12:00:00Z, the last time with signal 9 (KILL) at 2025-03-04T12:00:03Z",
        RestartPolicy.Describe(Deaths(4), Window));

    [Fact]
    public void The_description_of_a_single_death_says_how_and_when() =>
        Assert.Equal("nats-server ended: signal 9 (KILL) at 2025-03-04T12:00:00Z", RestartPolicy.Describe(Deaths(1), Window));

    [Fact]
    public void The_description_of_a_server_that_never_ran_does_not_say_that_it_ended() =>
        Assert.Equal("nats-server could not be started 2 times within 600 s since 2025-03-04T12:00:00Z: not found in /usr/bin, at 2025-03-04T12:00:01Z",
            RestartPolicy.Describe([.. Deaths(2).Select(death => death with { How = "not found in /usr/bin", NeverRan = true })], Window));

    [Fact]
    public void The_description_of_a_single_start_that_failed_does_not_say_that_it_ended() =>
        Assert.Equal("nats-server could not be started: not found in /usr/bin, at 2025-03-04T12:00:00Z",
            RestartPolicy.Describe([Death(0) with { How = "not found in /usr/bin", NeverRan = true }], Window));

    private static ImmutableArray<Death> Deaths(int count) => [.. Enumerable.Range(0, count).Select(second => Death(second))];

    private static Death Death(double second) => new(At(second), Noon.AddSeconds(second), "signal 9 (KILL)");

    private static TimeSpan At(double second) => TimeSpan.FromSeconds(second);
}
