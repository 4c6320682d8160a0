using AwsNats.Agent;
using AwsNats.Health;
using AwsNats.Registry;
using AwsNats.Settings;
using AwsNats.Supervision;
using AwsNats.Tests.Registry;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>What the group is told: Healthy once; Unhealthy as the last resort, past the brake; and how the agent ends.</summary>
public sealed class ReportTests
{
    private static readonly ReportAnswer TryAgain = new(ReportOutcome.TryAgain, "inside the grace period");
    private static readonly ReportAnswer Denied = new(ReportOutcome.Denied, "autoscaling:SetInstanceHealth is missing");

    [Fact]
    public void Healthy_is_said_once_when_the_server_is_up()
    {
        var report = Assert.Single(new Story().Run(3600).All<Act.Report>());
        Assert.Equal(new Act.Report(Healthy: true, RespectGracePeriod: true), report);
    }

    [Fact]
    public void Healthy_is_not_said_before_the_server_is() => Assert.Empty(new Story { Health = new(ServerHealth.Unhealthy) }.Run(60).All<Act.Report>());

    [Fact]
    public void Healthy_is_not_said_again_after_a_restart() => Assert.Single(new Story().Run(60).Dies(signal: 9).Up().RunOn(60).All<Act.Report>());

    [Fact]
    public void Healthy_that_is_not_taken_is_tried_again_after_growing_pauses_and_that_is_said_once()
    {
        var story = new Story { ReportEnds = TryAgain }.Run(600);
        var tries = story.When<Act.Report>();
        Assert.Equal([5, 10, 20, 40, 60, 60], tries.Zip(tries.Skip(1)).Take(6).Select(pair => Math.Round(pair.Second - pair.First)));
        Assert.Single(story.Said("report_delayed"));
        Assert.Null(story.State.Exit);
    }

    [Theory]
    [InlineData(nameof(ReportOutcome.Denied))]
    [InlineData(nameof(ReportOutcome.NotInGroup))]
    public void Healthy_that_cannot_be_said_is_said_to_be_so_once(string outcome)
    {
        var story = new Story { ReportEnds = new ReportAnswer(Enum.Parse<ReportOutcome>(outcome), "no") }.Run(3600);
        Assert.Single(story.All<Act.Report>());
        Assert.Single(story.Said("report_impossible"));
    }

    [Fact]
    public void With_reports_off_nothing_is_said() => Assert.Empty(new Story(new AgentSettings { ReportHealth = false }).Run(600).All<Act.Report>());

    [Fact]
    public void The_fourth_death_within_the_window_is_reported_and_ends_the_agent_with_70()
    {
        var story = GivenUp().RunOn(5);
        Assert.Equal(new Act.Report(Healthy: false, RespectGracePeriod: false), story.All<Act.Report>()[^1]);
        Assert.Equal(ExitCode.ServerKeptDying, story.State.Exit);
        Assert.Equal(4, story.All<Act.StartServer>().Length);
    }

    [Fact]
    public void The_row_then_says_error_with_how_how_often_and_since_when()
    {
        var heartbeat = GivenUp().RunOn(5).All<Act.Beat>()[^1].Heartbeat;
        Assert.Equal(NodeStatus.Error, heartbeat.Status);
        Assert.Matches("^nats-server ended 4 times within 600 s since 2023-11-14T22:14:[12].Z, the last time with signal 9 \\(KILL\\) at 2023-11-14T22:14:..Z$", heartbeat.Description);
    }

    [Fact]
    public void The_report_comes_after_the_beat_that_told_the_intent_and_not_before()
    {
        var story = GivenUp();
        var intent = story.Acts.First(done => done.Act is Act.Beat { Heartbeat.ReportedAt: not null }).At;
        story.RunOn(5);
        Assert.Equal(intent + Story.Latency, story.When<Act.Report>()[^1], 3);
    }

    [Fact]
    public void A_beat_that_was_under_way_when_it_gave_up_is_not_the_beat_that_told_the_intent()
    {
        var story = new Story(new AgentSettings { RestartLimit = 0 }).Run(60);
        story.RunUntil(s => s.State.Registry.InFlight).Dies(signal: 9).RunOn(Story.Latency);
        Assert.DoesNotContain(story.All<Act.Report>(), report => !report.Healthy);
        Assert.Equal(ExitCode.ServerKeptDying, story.RunOn(1).State.Exit);
    }

    [Fact]
    public void With_a_limit_of_zero_the_first_death_is_reported_at_once()
    {
        var story = new Story(new AgentSettings { RestartLimit = 0 }).Run(60).Dies(signal: 9).RunOn(1);
        Assert.Equal(ExitCode.ServerKeptDying, story.State.Exit);
        Assert.Single(story.All<Act.StartServer>());
    }

    [Fact]
    public void A_server_that_never_could_be_started_ends_the_agent_with_60()
    {
        var story = new Story { StartFault = "no right to execute it" }.Run(20);
        Assert.Equal(ExitCode.ServerNotStarted, story.State.Exit);
        Assert.Contains("no right to execute it", story.All<Act.Beat>()[^1].Heartbeat.Description);
    }

    [Fact]
    public void A_server_that_is_not_found_ends_the_agent_with_60() =>
        Assert.Equal(ExitCode.ServerNotStarted, new Story { Version = new VersionAnswer(null, null, "not found") }.Run(20).State.Exit);

    [Fact]
    public void A_server_that_never_was_healthy_is_reported_with_respect_for_the_grace_period() =>
        Assert.True(new Story { Version = new VersionAnswer(null, null, "not found") }.Run(20).All<Act.Report>()[^1].RespectGracePeriod);

    [Fact]
    public void A_server_that_ran_and_then_cannot_be_started_ends_the_agent_with_70_while_its_death_counts()
    {
        var story = new Story().Run(60);
        story.StartFault = "no right to execute it";
        Assert.Equal(ExitCode.ServerKeptDying, story.Dies(signal: 9).RunOn(20).State.Exit);
    }

    [Fact]
    public void After_giving_up_no_further_start_is_made_while_the_report_is_under_way()
    {
        var story = GivenUp(reportEnds: null).RunOn(600);
        Assert.Equal(4, story.All<Act.StartServer>().Length);
        Assert.Null(story.State.Exit);
    }

    [Fact]
    public void While_fewer_than_half_of_the_others_are_well_there_is_no_report()
    {
        var story = Braked().RunOn(3600);
        Assert.DoesNotContain(story.All<Act.Report>(), report => !report.Healthy);
        Assert.Null(story.State.Exit);
        Assert.NotEmpty(story.Said("brake_holds"));
    }

    [Fact]
    public void A_hold_takes_the_intent_out_of_the_row_at_once()
    {
        var story = Braked();
        var held = story.RunUntil(s => s.Said("brake_holds").Length == 1).Now;
        var beat = story.Acts.First(done => done.At >= held && done.Act is Act.Beat);
        Assert.Equal(held, beat.At, 2);
        Assert.Null(((Act.Beat)beat.Act).Heartbeat.ReportedAt);
        Assert.Equal(NodeStatus.Error, ((Act.Beat)beat.Act).Heartbeat.Status);
    }

    [Fact]
    public void A_hold_starts_the_server_at_its_end_and_not_before()
    {
        var story = Braked();
        story.RunUntil(s => s.Said("brake_holds").Length == 1).RunOn(19.9);
        Assert.Single(story.All<Act.StartServer>());
        Assert.Equal(2, story.RunOn(0.2).All<Act.StartServer>().Length);
    }

    [Fact]
    public void Between_two_holds_the_server_is_started_once()
    {
        var story = Braked();
        for (var hold = 1; hold <= 5; hold++)
            Assert.Equal(hold, story.RunUntil(s => s.Said("brake_holds").Length == hold).All<Act.StartServer>().Length);
    }

    [Fact]
    public void Holds_grow_longer()
    {
        var story = Braked();
        var holds = story.RunOn(3600).Said("brake_holds");
        Assert.Equal([20, 40, 80, 160, 320, 600], holds.Zip(holds.Skip(1)).Take(6).Select(pair => Math.Round(pair.Second - pair.First)));
    }

    [Fact]
    public void A_server_that_recovers_during_a_hold_needs_no_report()
    {
        var story = Braked();
        story.DiesAfter = null;
        story.RunUntil(s => s.State.Health.Failure is null).RunOn(600);
        Assert.Single(story.Said("recovered"));
        Assert.Equal(ServerCondition.Up, story.State.Server.Condition);
        Assert.Equal((NodeStatus.Working, null), (story.All<Act.Beat>()[^1].Heartbeat.Status, story.All<Act.Beat>()[^1].Heartbeat.Description));
        Assert.DoesNotContain(story.All<Act.Report>(), report => !report.Healthy);
    }

    [Fact]
    public void A_recovered_server_that_dies_again_within_the_window_is_given_up_at_once()
    {
        var story = new Story().Run(60);
        for (var death = 0; death < 3; death++) story.Dies(signal: 9).Up();
        story.Ailing.AddRange(["10.0.0.2", "10.0.0.3"]);
        story.Dies(signal: 9).RunUntil(s => s.Said("recovered").Length == 1).RunOn(30);
        story.Dies(signal: 9);
        Assert.NotNull(story.State.Health.Failure);
    }

    [Fact]
    public void Holds_of_long_ago_do_not_lengthen_the_first_hold_of_today()
    {
        var story = Braked().RunOn(1300);
        story.DiesAfter = null;
        story.RunUntil(s => s.State.Health.Failure is null).RunOn(3600);
        story.DiesAfter = 0.05;
        var before = story.Said("brake_holds").Length;
        var holds = story.Dies(signal: 9).RunOn(100).Said("brake_holds").Skip(before).ToList();
        Assert.Equal(20, Math.Round(holds[1] - holds[0]));
    }

    [Fact]
    public void Once_half_of_the_others_are_well_again_the_report_is_made()
    {
        var story = Braked().RunOn(300);
        story.Ailing.Clear();
        story.Living.AddRange(["10.0.0.2", "10.0.0.3"]);
        Assert.Equal(ExitCode.ServerKeptDying, story.RunOn(1000).State.Exit);
        Assert.Single(story.All<Act.Report>(), report => !report.Healthy);
    }

    [Fact]
    public void While_another_one_is_being_reported_the_report_waits_and_then_is_made()
    {
        var story = new Story(new AgentSettings { RestartLimit = 0 }) { DiesAfter = null }.Run(60);
        story.DiesAfter = 0.1;
        story.Others.Add(new Row("10.0.0.2", RosterStory.Stamp(65), "error", ReportedAt: RosterStory.Stamp(65)));
        story.Living.AddRange(["10.0.0.3", "10.0.0.4"]);
        story.Run(66).Dies(signal: 9).RunOn(10);
        Assert.Contains("10.0.0.2 is being reported", story.Line("brake_holds").Message);
        Assert.Null(story.State.Exit);
        Assert.Equal(ExitCode.ServerKeptDying, story.RunOn(120).State.Exit);
    }

    [Theory]
    [MemberData(nameof(Faults.AllKinds), MemberType = typeof(Faults))]
    public void While_the_table_cannot_be_asked_there_is_no_report(string kind)
    {
        var story = new Story(new AgentSettings { RestartLimit = 0 }).Run(60);
        (story.WriteFault, story.ReadFault, story.DiesAfter) = (Faults.Of(kind), Faults.Of(kind), 0.05);
        story.Dies(signal: 9).RunOn(3600);
        Assert.DoesNotContain(story.All<Act.Report>(), report => !report.Healthy);
        Assert.Null(story.State.Exit);
    }

    [Fact]
    public void Unhealthy_that_is_not_taken_is_tried_again_and_every_delay_is_said()
    {
        var story = GivenUp(TryAgain).RunOn(60);
        Assert.True(story.All<Act.Report>().Count(report => !report.Healthy) >= 3);
        Assert.Null(story.State.Exit);
        story.ReportEnds = new(ReportOutcome.Done);
        Assert.Equal(ExitCode.ServerKeptDying, story.RunOn(300).State.Exit);
    }

    [Fact]
    public void After_a_few_refusals_the_waiting_is_spent_on_another_start()
    {
        var story = GivenUp(TryAgain).RunOn(120);
        Assert.True(story.All<Act.StartServer>().Length > 4);
        Assert.Contains("inside the grace period", story.Line("brake_holds").Message);
    }

    [Fact]
    public void Unhealthy_that_is_denied_ends_the_agent_unreported_and_is_said_once()
    {
        var story = GivenUp(Denied).RunOn(60);
        Assert.Equal(ExitCode.ServerKeptDying, story.State.Exit);
        Assert.Single(story.All<Act.Report>(), report => !report.Healthy);
        Assert.Single(story.Said("leaving_unreported"));
    }

    [Fact]
    public void Unhealthy_is_tried_even_when_Healthy_was_denied()
    {
        var story = new Story(new AgentSettings { RestartLimit = 0 }) { ReportEnds = Denied }.Run(60);
        story.ReportEnds = new(ReportOutcome.Done);
        Assert.Single(story.Dies(signal: 9).RunOn(5).All<Act.Report>(), report => !report.Healthy);
        Assert.Empty(story.Said("leaving_unreported"));
    }

    [Fact]
    public void With_reports_off_the_agent_ends_when_its_row_says_error()
    {
        var story = new Story(new AgentSettings { RestartLimit = 0, ReportHealth = false }).Run(60).Dies(signal: 9).RunOn(1);
        Assert.Equal(ExitCode.ServerKeptDying, story.State.Exit);
        Assert.Equal(NodeStatus.Error, story.All<Act.Beat>()[^1].Heartbeat.Status);
        Assert.Empty(story.All<Act.Report>());
    }

    [Fact]
    public void With_reports_off_the_row_shows_no_intent() =>
        Assert.DoesNotContain(new Story(new AgentSettings { RestartLimit = 0, ReportHealth = false }).Run(60).Dies(signal: 9).RunOn(1).All<Act.Beat>(),
            beat => beat.Heartbeat.ReportedAt is not null);

    [Fact]
    public void The_intent_is_renewed_at_every_beat_while_the_report_is_being_tried()
    {
        var story = GivenUp(reportEnds: null).RunOn(60);
        Assert.All(story.All<Act.Beat>().TakeLast(4), beat => Assert.Equal(beat.Heartbeat.Time, beat.Heartbeat.ReportedAt));
    }

    [Fact]
    public void A_report_that_comes_back_after_the_stop_signal_does_not_end_the_agent()
    {
        var story = GivenUp(reportEnds: null).RunOn(1).AskToStop();
        story.See(seen => seen with { Report = new ReportAnswer(ReportOutcome.Done) }).RunOn(10);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
    }

    /// <summary>The server has just died for the fourth time; the world answers a report in the given way.</summary>
    private static Story GivenUp(ReportAnswer? reportEnds) => GivenUp(story => story.ReportEnds = reportEnds);

    private static Story GivenUp(Action<Story>? change = null)
    {
        var story = new Story().Run(60);
        for (var death = 0; death < 3; death++) story.Dies(signal: 9).Up().RunOn(2);
        change?.Invoke(story);
        story.DiesAfter = 0.05;
        return story.Dies(signal: 9);
    }

    /// <summary>Given up with a limit of zero, while the two others say error; every further start dies too.</summary>
    private static Story Braked()
    {
        var story = new Story(new AgentSettings { RestartLimit = 0 }).Run(60);
        story.Ailing.AddRange(["10.0.0.2", "10.0.0.3"]);
        story.DiesAfter = 0.05;
        return story.Dies(signal: 9);
    }
}
