using AwsNats.Agent;
using AwsNats.Registry;
using AwsNats.Settings;
using AwsNats.Supervision;
using AwsNats.Tests.Registry;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>The heartbeat: when it goes out, what it says, what its failures lead to.</summary>
public sealed class BeatTests
{
    [Theory]
    [InlineData(0, 10)]
    [InlineData(0.5, 11)]
    [InlineData(0.999, 11.998)]
    public void Beats_are_an_interval_apart_and_up_to_a_fifth_more_by_chance(double dice, double expected) =>
        Assert.Equal(expected, PauseOf(new Story { Dice = dice }), 3);

    [Theory]
    [InlineData(0, 12.5)]
    [InlineData(0.999, 14.998)]
    public void A_throttled_table_gets_its_beats_farther_apart(double dice, double expected) =>
        Assert.Equal(expected, PauseOf(new Story { Dice = dice, WriteFault = Faults.Throttled }), 2);

    [Fact]
    public void A_quiet_node_beats_at_most_six_times_a_minute()
    {
        var story = new Story { Living = { "10.0.0.2", "10.0.0.3" } }.Run(60);
        var before = story.All<Act.Beat>().Length;
        Assert.InRange(story.Run(660).All<Act.Beat>().Length - before, 50, 60);
    }

    [Theory]
    [MemberData(nameof(Faults.AllKinds), MemberType = typeof(Faults))]
    public void Faults_never_make_it_beat_more_often(string kind)
    {
        var story = new Story().Run(60);
        (story.WriteFault, story.ReadFault) = (Faults.Of(kind), Faults.Of(kind));
        var before = story.All<Act.Beat>().Length;
        Assert.InRange(story.Run(660).All<Act.Beat>().Length - before, 30, 60);
    }

    [Fact]
    public void Two_beats_are_never_under_way_at_once()
    {
        var story = new Story { TableHangs = true }.Run(100);
        Assert.Single(story.All<Act.Beat>());
    }

    [Fact]
    public void Beats_resume_within_an_interval_of_the_tables_return()
    {
        var story = new Story().Run(60);
        story.WriteFault = Faults.Unreachable;
        story.Run(150);
        story.WriteFault = null;
        Assert.InRange(story.RunUntil(s => s.State.Registry.FailingSince is null).Now, 150, 162.1);
    }

    [Fact]
    public void A_change_of_status_is_told_at_once()
    {
        var story = new Story { TableHangs = false }.Up().RunOn(0.1);
        Assert.Equal([NodeStatus.Starting, NodeStatus.Working], story.All<Act.Beat>().Select(act => act.Heartbeat.Status));
    }

    [Fact]
    public void What_was_told_is_not_told_again_before_its_time()
    {
        var story = new Story().Up().RunOn(0.1);
        Assert.Equal(2, story.RunOn(9).All<Act.Beat>().Length);
    }

    [Fact]
    public void A_change_while_a_beat_is_under_way_is_told_when_that_one_has_ended()
    {
        var story = new Story().Run(60);
        story.RunUntil(s => s.State.Registry.InFlight).Dies(signal: 9);
        Assert.Equal(NodeStatus.Working, story.All<Act.Beat>()[^1].Heartbeat.Status);
        story.RunOn(Story.Latency);
        Assert.Equal(NodeStatus.Starting, story.All<Act.Beat>()[^1].Heartbeat.Status);
    }

    [Fact]
    public void A_server_that_comes_and_goes_makes_nine_beats_a_minute_at_the_most()
    {
        var story = new Story(new AgentSettings { RestartLimit = 1000 }) { DiesAfter = 0.5 }.Run(60);
        for (var second = 60; second < 360; second++)
        {
            if (story.State.Server.IsRunning) story.Dies(signal: 9);
            story.Run(second + 1);
        }

        Assert.All(Enumerable.Range(60, 240), from => Assert.InRange(story.When<Act.Beat>().Count(at => at >= from && at < from + 60), 5, 9));
    }

    [Fact]
    public void What_waited_for_its_turn_is_told_when_that_comes()
    {
        var story = new Story().Run(60);
        for (var death = 0; death < 2; death++) story.Dies(signal: 9).Up();
        story.RunOn(12.1);
        Assert.Equal((NodeStatus.Working, null), (story.All<Act.Beat>()[^1].Heartbeat.Status, story.All<Act.Beat>()[^1].Heartbeat.Description));
    }

    [Fact]
    public void A_drain_does_not_wait_for_its_turn_to_tell()
    {
        var story = new Story().Run(60);
        for (var death = 0; death < 3; death++) story.Dies(signal: 9).Up();
        Assert.Equal(NodeStatus.Draining, story.AskToStop().RunOn(Story.Latency).All<Act.Beat>()[^1].Heartbeat.Status);
    }

    [Fact]
    public void A_working_node_has_no_description() => Assert.Null(new Story().Run(60).All<Act.Beat>()[^1].Heartbeat.Description);

    [Fact]
    public void A_restarting_node_says_what_its_server_died_of()
    {
        var heartbeat = new Story().Run(60).Dies(signal: 9).All<Act.Beat>()[^1].Heartbeat;
        Assert.Equal((NodeStatus.Starting, "restarting nats-server after signal 9 (KILL)"), (heartbeat.Status, heartbeat.Description));
    }

    [Fact]
    public void The_row_carries_what_our_own_agents_read() => Assert.Equal(
        new NodeFacts("i-1", "i-1", "eu-west-1a", "1.2.3", "2.10.27", 4242, 7244, 8222), new Story().Run(60).All<Act.Beat>()[^1].Heartbeat.Node);

    [Theory]
    [InlineData(600)]
    [InlineData(-600)]
    public void A_host_whose_clock_is_off_stamps_AWSs_time_from_the_second_beat_on(double ahead)
    {
        var story = new Story { HostClockAhead = ahead }.Run(60);
        Assert.All(story.Acts.Where(done => done.Act is Act.Beat).Skip(1), done =>
            Assert.InRange(((Act.Beat)done.Act).Heartbeat.Time, RosterStory.Start.AddSeconds(done.At - 2), RosterStory.Start.AddSeconds(done.At + 2)));
    }

    [Theory]
    [InlineData(600)]
    [InlineData(-600)]
    public void The_wrong_time_of_the_first_beat_is_put_right_at_once(double ahead) =>
        Assert.Equal([0, Story.Latency], new Story { HostClockAhead = ahead }.Run(Story.Latency).When<Act.Beat>());

    [Fact]
    public void A_clock_that_is_off_is_said_once() => Assert.Single(new Story { HostClockAhead = 600 }.Run(3600).Said("clock_off"));

    [Fact]
    public void A_clock_that_is_right_is_no_matter() => Assert.Empty(new Story { HostClockAhead = 4 }.Run(600).Said("clock_off"));

    [Fact]
    public void A_failing_table_is_said_once_and_again_every_five_minutes()
    {
        var story = new Story().Run(60);
        story.WriteFault = Faults.Unreachable;
        story.Run(60 + 1000);
        Assert.Equal(4, story.Said("registry_failing").Length);
    }

    [Fact]
    public void Another_kind_of_fault_is_said_when_it_comes()
    {
        var story = new Story().Run(60);
        story.WriteFault = Faults.Unreachable;
        story.Run(90);
        story.WriteFault = Faults.Denied;
        Assert.Equal(2, story.Run(120).Said("registry_failing").Length);
    }

    [Fact]
    public void A_table_that_is_back_is_said_with_how_long_it_was_away()
    {
        var story = new Story().Run(60);
        story.WriteFault = Faults.Unreachable;
        story.Run(160);
        story.WriteFault = null;
        Assert.Single(story.Run(200).Said("registry_back"));
        Assert.InRange(double.Parse(story.Line("registry_back").Fields.Single(field => field.Key == "after_s").Value), 80, 115);
    }

    [Fact]
    public void A_quiet_hour_is_told_in_a_line_every_five_minutes()
    {
        var story = new Story { Living = { "10.0.0.2" } }.Run(60);
        var before = story.Lines.Count;
        story.Run(3660);
        Assert.InRange(story.Lines.Count - before, 11, 13);
        Assert.All(story.Lines.Skip(before), said => Assert.Equal("summary", said.Line.Event));
    }

    [Theory]
    [MemberData(nameof(Faults.AllKinds), MemberType = typeof(Faults))]
    public void No_fault_of_the_table_touches_a_running_server_or_its_routes_or_its_health(string kind)
    {
        var story = new Story { Living = { "10.0.0.2" } }.Run(60);
        (story.WriteFault, story.ReadFault) = (Faults.Of(kind), Faults.Of(kind));
        var (configured, reported) = (story.All<Act.Configure>().Length, story.All<Act.Report>().Length);
        story.Run(7200);
        Assert.Equal((configured, reported, null), (story.All<Act.Configure>().Length, story.All<Act.Report>().Length, story.State.Exit));
        Assert.Empty(story.Signals);
        Assert.Single(story.All<Act.StartServer>());
    }

    [Fact]
    public void While_our_writes_are_denied_nobody_is_dropped_or_deleted()
    {
        var story = new Story { Living = { "10.0.0.2" } }.Run(60);
        story.WriteFault = Faults.Denied;
        story.Living.Clear();
        story.Others.Add(RosterStory.Row("10.0.0.2", 50));
        story.Run(2 * 3600);
        Assert.Equal(["10.0.0.2"], story.Routes);
        Assert.Empty(story.All<Act.DeleteRows>());
    }

    [Fact]
    public void A_table_full_of_the_dead_is_cleaned_three_rows_a_beat()
    {
        var story = new Story();
        for (var node = 2; node <= 30; node++) story.Others.Add(RosterStory.Row($"10.0.0.{node}", -100_000));
        story.Run(3600 + 60);
        Assert.NotEmpty(story.All<Act.DeleteRows>());
        Assert.All(story.All<Act.DeleteRows>(), act => Assert.Equal(3, act.Entries.Length));
        Assert.True(story.All<Act.DeleteRows>().Length <= story.When<Act.Beat>().Count(at => at > 3600) + 1);
    }

    [Fact]
    public void Rows_that_may_not_be_deleted_are_tried_again_every_five_minutes_and_not_at_every_beat()
    {
        var story = new Story { DeleteFault = Faults.Denied };
        for (var node = 2; node <= 30; node++) story.Others.Add(RosterStory.Row($"10.0.0.{node}", -100_000));
        story.Run(3600 + 60 + 1800);
        Assert.InRange(story.All<Act.DeleteRows>().Length, 6, 7);
        Assert.InRange(story.Said("row_not_deleted").Length, 6, 21);
    }

    [Theory]
    [InlineData(0, "10.0.0.2")]
    [InlineData(0.999, "10.0.0.30")]
    public void Chance_says_with_which_of_the_dead_it_begins(double dice, string first)
    {
        var story = new Story { Dice = dice };
        for (var node = 2; node <= 30; node++) story.Others.Add(RosterStory.Row($"10.0.0.{node:00}", -100_000));
        story.Others.RemoveAll(row => row.Ip is not ("10.0.0.30" or "10.0.0.20"));
        story.Others.Add(RosterStory.Row("10.0.0.2", -100_000));
        Assert.Equal(first, story.Run(3660).All<Act.DeleteRows>()[0].Entries[0].Key);
    }

    [Fact]
    public void Rows_that_are_ignored_are_reported_once_and_the_many_in_a_count()
    {
        var story = new Story();
        for (var row = 0; row < 100; row++) story.Others.Add(RosterStory.Row($"evil-{row}", 0));
        story.Run(600);
        Assert.Equal(5, story.Said("row_ignored").Length);
        Assert.Equal("95", Assert.Single(story.Line("rows_ignored").Fields).Value);
        Assert.Single(story.Said("rows_ignored"));
    }

    [Fact]
    public void Peers_are_remembered_at_the_first_read_and_at_every_change_and_not_else()
    {
        var story = new Story { Living = { "10.0.0.2" } }.Run(100);
        Assert.Equal(["10.0.0.2"], Assert.Single(story.All<Act.Remember>()).Peers.Select(peer => peer.Host));
        story.Living.Add("10.0.0.3");
        story.Run(200);
        Assert.Equal(["10.0.0.2", "10.0.0.3"], story.All<Act.Remember>()[^1].Peers.Select(peer => peer.Host));
        Assert.Equal(2, story.All<Act.Remember>().Length);
    }

    [Fact]
    public void Peers_that_come_and_go_are_named_with_the_reason()
    {
        var story = new Story { Living = { "10.0.0.2" } }.Run(60);
        story.Living.Add("10.0.0.3");
        story.Run(80);
        Assert.Single(story.Said("peer_joined"));
        story.Living.Clear();
        story.Others.Add(RosterStory.Row("10.0.0.2", 75));
        story.Run(140);
        Assert.Equal(["row gone", "silent for 40 s"], story.Lines.Where(said => said.Line.Event == "peer_left")
            .Select(said => said.Line.Fields.Single(field => field.Key == "why").Value).Order());
    }

    [Fact]
    public void A_settings_change_of_the_interval_holds_from_the_next_beat_on()
    {
        var story = new Story().Run(60).Take(new AgentSettings { HeartbeatInterval = TimeSpan.FromSeconds(20) }).Run(200);
        var beats = story.When<Act.Beat>();
        Assert.Equal(20, beats[^1] - beats[^2], 2);
        Assert.Equal(ServerCondition.Up, story.State.Server.Condition);
    }

    private static double PauseOf(Story story)
    {
        var beats = story.Run(60).When<Act.Beat>();
        return beats[^1] - beats[^2];
    }
}
