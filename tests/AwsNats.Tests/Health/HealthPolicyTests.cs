using AwsNats.Health;
using AwsNats.Registry;
using AwsNats.Tests.Registry;
using Xunit;

namespace AwsNats.Tests.Health;

/// <summary>The fleet brake: when the report of this instance must wait.</summary>
public sealed class HealthPolicyTests
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    [Fact]
    public void An_instance_that_is_alone_may_be_reported() => Assert.Null(Judge());

    [Fact]
    public void With_all_others_well_it_may_be_reported() => Assert.Null(Judge(Well(2), Well(3)));

    [Fact]
    public void With_half_of_the_others_well_it_may_be_reported() => Assert.Null(Judge(Well(2), Ill(3)));

    [Fact]
    public void With_fewer_than_half_of_the_others_well_the_report_waits() =>
        Assert.Equal("only 1 of 3 other servers are well: replacing more instances would take the cluster down", Judge(Well(2), Ill(3), Ill(4)));

    [Fact]
    public void With_the_only_other_one_ill_the_report_waits() => Assert.NotNull(Judge(Ill(2)));

    [Fact]
    public void A_silent_row_is_not_well() => Assert.NotNull(Judge(Well(2), Silent(3), Silent(4)));

    [Fact]
    public void Rows_silent_for_longer_than_the_fleets_window_do_not_count() => Assert.Null(Judge(Well(2), Old(3), Old(4), Old(5)));

    [Fact]
    public void Rows_that_nobody_can_read_do_not_count() =>
        Assert.Null(Judge(Well(2), RosterStory.Row("eve", 0), new Row("10.0.0.9", null)));

    [Fact]
    public void Two_spellings_of_one_host_are_one_server_and_it_is_well_when_one_of_them_is() =>
        Assert.Null(Judge(RosterStory.Row("fd00::2", 0), RosterStory.Row("fd00:0::2", -300), RosterStory.Row("FD00::2", -300)));

    [Fact]
    public void Draining_and_starting_servers_are_well() =>
        Assert.Null(Judge(RosterStory.Row("10.0.0.2", 0, "draining"), RosterStory.Row("10.0.0.3", 0, "starting"), Ill(4), Ill(5)));

    [Theory]
    [InlineData(0, true)]
    [InlineData(-30, true)]
    [InlineData(-30.001, false)]
    [InlineData(30, true)] // Date headers are coarse, and the other one's clock runs ahead
    [InlineData(30.001, false)]
    [InlineData(1_000_000_000, false)]
    [InlineData(-86_400, false)]
    public void Another_ones_intent_holds_the_report_for_three_beats(double reportedAt, bool holds) =>
        Assert.Equal(holds ? "10.0.0.2 is being reported at this moment" : null, Judge(Reporting(2, reportedAt), Well(3), Well(4)));

    [Fact]
    public void A_slower_beat_gives_intents_a_wider_window() =>
        Assert.NotNull(HealthPolicy.Judge(Roster(Reporting(2, -80), Well(3)), RosterStory.Start, TimeSpan.FromSeconds(30)).Hold);

    [Fact]
    public void Of_two_that_intend_at_the_same_moment_both_see_the_other()
    {
        // Each has written its intent before it read: whichever order the table saw, the later reader sees both.
        Assert.NotNull(Judge(Reporting(2, 0)));
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(1, 40)]
    [InlineData(4, 320)]
    [InlineData(5, 600)]
    [InlineData(1_000_000, 600)]
    public void A_hold_lasts_two_beats_and_doubles_up_to_ten_minutes(int holds, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), HealthPolicy.HoldFor(holds, Heartbeat, dice: 0));

    [Fact]
    public void Chance_stretches_a_hold_by_up_to_half() =>
        Assert.Equal(TimeSpan.FromSeconds(25), HealthPolicy.HoldFor(0, Heartbeat, dice: 0.5));

    private static string? Judge(params Row[] rows) => HealthPolicy.Judge(Roster(rows), RosterStory.Start, Heartbeat).Hold;

    private static Roster Roster(params Row[] rows) => new RosterStory().Read(0, rows).Roster;

    private static Row Well(int node) => RosterStory.Row($"10.0.0.{node}", 0);

    private static Row Ill(int node) => RosterStory.Row($"10.0.0.{node}", 0, "error");

    private static Row Silent(int node) => RosterStory.Row($"10.0.0.{node}", -599);

    private static Row Old(int node) => RosterStory.Row($"10.0.0.{node}", -601);

    private static Row Reporting(int node, double at) => Ill(node) with { Status = "working", ReportedAt = RosterStory.Stamp(at) };
}
