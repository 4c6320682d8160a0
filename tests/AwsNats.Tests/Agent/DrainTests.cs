using AwsNats.Agent;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>Leaving in good order, from wherever the agent stands.</summary>
public sealed class DrainTests
{
    [Fact]
    public void It_tells_draining_then_stops_gently_then_deletes_its_row_then_ends_with_0()
    {
        var story = Serving().AskToStop().RunOn(5);
        Assert.Equal(["Beat", "SignalServer", "DeleteOwnRow"], story.Acts.Where(done => done.At >= 60 && done.Act is not Act.Probe).Select(done => done.Act.GetType().Name));
        Assert.Equal([ServerSignal.LameDuck], story.Signals);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
    }

    [Fact]
    public void The_row_says_draining_and_why()
    {
        var heartbeat = Serving().AskToStop().All<Act.Beat>()[^1].Heartbeat;
        Assert.Equal(NodeStatus.Draining, heartbeat.Status);
        Assert.NotEmpty(heartbeat.Description!);
    }

    [Fact]
    public void The_server_is_stopped_once_draining_was_told()
    {
        var story = Serving().AskToStop();
        Assert.Empty(story.Signals);
        Assert.Single(story.RunOn(Story.Latency).Signals);
    }

    [Fact]
    public void A_beat_under_way_that_says_working_is_not_the_one_that_told()
    {
        var story = Serving().RunUntil(s => s.State.Registry.InFlight).AskToStop();
        Assert.Empty(story.RunOn(Story.Latency).Signals);
        Assert.Single(story.RunOn(Story.Latency).Signals);
    }

    [Fact]
    public void While_AWS_is_away_telling_costs_three_seconds_at_the_most()
    {
        var story = Serving();
        story.TableHangs = true;
        story.AskToStop();
        Assert.Empty(story.RunOn(2.9).Signals);
        Assert.Single(story.RunOn(0.2).Signals);
    }

    [Fact]
    public void A_table_that_refuses_costs_no_time()
    {
        var story = Serving();
        story.WriteFault = Faults.Denied;
        Assert.Single(story.AskToStop().RunOn(0.1).Signals);
    }

    [Fact]
    public void Lame_duck_gets_its_duration_and_five_seconds_then_INT_then_KILL_after_five_more()
    {
        var story = Serving(new AgentSettings { LameDuckDuration = TimeSpan.FromSeconds(40) });
        story.Ignored.UnionWith([ServerSignal.LameDuck, ServerSignal.Interrupt]);
        story.AskToStop().RunOn(60);
        var at = story.When<Act.SignalServer>();
        Assert.Equal([ServerSignal.LameDuck, ServerSignal.Interrupt, ServerSignal.Kill], story.Signals);
        Assert.Equal([45, 5], at.Zip(at.Skip(1)).Select(pair => Math.Round(pair.Second - pair.First, 2)));
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
    }

    [Fact]
    public void Heartbeats_go_on_saying_draining_while_the_server_drains()
    {
        var story = Serving();
        story.Ignored.Add(ServerSignal.LameDuck);
        story.AskToStop().RunOn(30);
        Assert.True(story.All<Act.Beat>().Count(beat => beat.Heartbeat.Status == NodeStatus.Draining) >= 3);
    }

    [Fact]
    public void A_second_signal_before_draining_was_told_stops_the_server_with_INT_at_once()
    {
        var story = Serving();
        story.TableHangs = true;
        Assert.Equal([ServerSignal.Interrupt], story.AskToStop().AskToStop().Signals);
    }

    [Fact]
    public void Two_signals_at_once_mean_now() =>
        Assert.Equal([ServerSignal.Interrupt], Serving().See(seen => seen with { StopSignals = 2 }).Signals);

    [Fact]
    public void A_second_signal_during_lame_duck_takes_INT_and_a_third_KILL()
    {
        var story = Serving();
        story.Ignored.UnionWith([ServerSignal.LameDuck, ServerSignal.Interrupt, ServerSignal.Kill]);
        story.AskToStop().RunOn(1).AskToStop();
        Assert.Equal([ServerSignal.LameDuck, ServerSignal.Interrupt], story.Signals);
        Assert.Equal([ServerSignal.LameDuck, ServerSignal.Interrupt, ServerSignal.Kill], story.AskToStop().Signals);
    }

    [Fact]
    public void A_fourth_signal_does_no_harm()
    {
        var story = Serving();
        story.Ignored.UnionWith([ServerSignal.LameDuck, ServerSignal.Interrupt, ServerSignal.Kill]);
        story.AskToStop().RunOn(1).AskToStop().AskToStop().AskToStop().AskToStop();
        Assert.Equal(3, story.Signals.Length);
    }

    [Fact]
    public void The_row_is_not_deleted_while_a_beat_is_under_way_that_could_bring_it_back()
    {
        var story = Serving();
        story.Ignored.Add(ServerSignal.LameDuck);
        story.AskToStop().RunOn(5);
        story.TableHangs = true;
        story.RunUntil(s => s.State.Registry.InFlight).Dies(code: 0).RunOn(5);
        Assert.Empty(story.All<Act.DeleteOwnRow>());
        var heartbeat = story.All<Act.Beat>()[^1].Heartbeat;
        story.See(seen => seen with { Beat = new BeatResult(heartbeat, new RegistryReply(Faults.Unreachable, null, []), null) });
        Assert.Single(story.All<Act.DeleteOwnRow>());
    }

    [Fact]
    public void No_beat_goes_out_once_the_row_is_being_deleted()
    {
        var story = Serving();
        story.DeleteFault = Faults.Unreachable;
        story.AskToStop().RunUntil(s => s.All<Act.DeleteOwnRow>().Length > 0);
        var beats = story.All<Act.Beat>().Length;
        Assert.Equal(beats, story.RunOn(30).All<Act.Beat>().Length);
    }

    [Fact]
    public void A_row_that_cannot_be_deleted_is_tried_three_times_a_second_apart_and_the_exit_is_0_all_the_same()
    {
        var story = Serving();
        story.DeleteFault = Faults.Unreachable;
        story.AskToStop().RunOn(10);
        var tries = story.When<Act.DeleteOwnRow>();
        Assert.Equal([1, 1], tries.Zip(tries.Skip(1)).Select(pair => Math.Round(pair.Second - pair.First, 1)));
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
        Assert.Contains("nobody answers", story.Line("drained").Message);
    }

    [Fact]
    public void One_in_a_hurry_tries_to_delete_its_row_once()
    {
        var story = Serving();
        story.DeleteFault = Faults.Unreachable;
        story.See(seen => seen with { StopSignals = 2 }).RunOn(10);
        Assert.Single(story.All<Act.DeleteOwnRow>());
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
    }

    [Fact]
    public void There_is_no_report_while_draining()
    {
        var story = new Story { ReportEnds = new(AwsNats.Health.ReportOutcome.TryAgain) }.Run(60);
        var before = story.All<Act.Report>().Length;
        story.Ignored.Add(ServerSignal.LameDuck);
        Assert.Equal(before, story.AskToStop().RunOn(30).All<Act.Report>().Length);
    }

    [Fact]
    public void A_server_that_dies_while_draining_is_no_death_and_not_started_again()
    {
        var story = Serving(new AgentSettings { RestartLimit = 0 });
        story.Ignored.Add(ServerSignal.LameDuck);
        story.AskToStop().RunOn(1).Dies(signal: 11).RunOn(60);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
        Assert.Single(story.All<Act.StartServer>());
        Assert.DoesNotContain(story.All<Act.Report>(), report => !report.Healthy);
    }

    [Fact]
    public void Failed_probes_while_draining_lead_to_no_report_and_to_0()
    {
        var story = Serving();
        story.TableHangs = true;
        story.Health = new(ServerHealth.Unhealthy, "503");
        story.RunUntil(s => s.State.Server.ProbeFailures == 2).AskToStop();
        story.TableHangs = false;
        story.RunOn(20);
        story.See(seen => seen with { Beat = new BeatResult(story.All<Act.Beat>()[^1].Heartbeat, RegistryReply.Done(null), null) }).RunOn(20);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
        Assert.DoesNotContain(story.All<Act.Report>(), report => !report.Healthy);
    }

    [Fact]
    public void Asked_before_anything_is_known_it_ends_without_having_started_a_server()
    {
        var story = new Story().Run(0).AskToStop().RunOn(20);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
        Assert.Empty(story.All<Act.StartServer>());
        Assert.Single(story.All<Act.DeleteOwnRow>());
    }

    [Fact]
    public void Asked_while_it_still_looks_back_it_waits_for_what_may_run_there()
    {
        var story = new Story { Left = null }.Run(1).AskToStop().RunOn(10);
        Assert.Null(story.State.Exit);
        story.See(seen => seen with { Remembered = new Remembered(null, null, Story.OursRunning()) }).RunOn(10);
        Assert.Single(story.Signals);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
    }

    [Fact]
    public void Asked_while_it_waits_for_the_table_at_boot_it_ends_with_0_soon()
    {
        var story = new Story { WriteFault = Faults.Unreachable, DeleteFault = Faults.Unreachable }.Run(100).AskToStop().RunOn(10);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
    }

    [Fact]
    public void Asked_while_the_server_is_being_started_it_stops_that_server_with_INT()
    {
        var story = new Story { StartHangs = true }.RunUntil(s => s.State.Server.Condition == ServerCondition.Launching).AskToStop().RunOn(10);
        Assert.Null(story.State.Exit);
        story.See(seen => seen with { Started = new StartAnswer(101, null) }).RunOn(5);
        Assert.Equal([ServerSignal.Interrupt], story.Signals);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
    }

    [Fact]
    public void Asked_while_a_start_is_under_way_that_fails_it_ends_with_0()
    {
        var story = new Story(new AgentSettings { RestartLimit = 0 }) { StartHangs = true }.RunUntil(s => s.State.Server.Condition == ServerCondition.Launching).AskToStop();
        story.See(seen => seen with { Started = new StartAnswer(null, "no right to execute it") }).RunOn(5);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
        Assert.Empty(story.All<Act.Report>());
    }

    [Fact]
    public void Asked_while_the_server_warms_up_it_stops_it_with_INT()
    {
        var story = new Story { Health = new(ServerHealth.Unhealthy) }.Run(10).AskToStop().RunOn(5);
        Assert.Equal([ServerSignal.Interrupt], story.Signals);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
    }

    [Fact]
    public void Asked_between_a_death_and_the_restart_it_starts_nothing_any_more()
    {
        var story = Serving().Dies(signal: 9).AskToStop().RunOn(30);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
        Assert.Single(story.All<Act.StartServer>());
    }

    [Fact]
    public void Asked_while_the_first_file_is_being_written_that_the_server_then_refuses_it_ends_with_0()
    {
        var story = new Story { ConfigHangs = true }.RunUntil(s => s.State.Config.InFlight).AskToStop();
        story.See(seen => seen with { Config = new ConfigResult(story.All<Act.Configure>()[0].Model, ConfigEnd.Refused, "its words") }).RunOn(10);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
        Assert.Null(story.State.LastWords);
        Assert.Single(story.All<Act.DeleteOwnRow>());
    }

    [Fact]
    public void Asked_while_the_server_is_being_stopped_for_its_failed_probes_it_waits_for_that_end()
    {
        var story = Serving();
        story.Health = new(ServerHealth.Unhealthy, "503");
        story.Ignored.Add(ServerSignal.Interrupt);
        story.RunUntil(s => s.State.Server.Stopping is not null).AskToStop().RunOn(10);
        Assert.Equal([ServerSignal.Interrupt, ServerSignal.Kill], story.Signals);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
    }

    [Fact]
    public void Asked_while_the_brake_holds_it_ends_with_0_and_unreported()
    {
        var story = Serving(new AgentSettings { RestartLimit = 0 });
        story.WriteFault = Faults.Unreachable;
        story.DiesAfter = 0.05;
        story.Dies(signal: 9).RunOn(5).AskToStop().RunOn(30);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
        Assert.DoesNotContain(story.All<Act.Report>(), report => !report.Healthy);
    }

    [Fact]
    public void An_old_server_that_does_not_know_lame_duck_gets_INT()
    {
        var story = new Story { Version = new VersionAnswer("/usr/bin/gnatsd", new Version(1, 4, 1), null) }.Run(60).AskToStop().RunOn(5);
        Assert.Equal([ServerSignal.Interrupt], story.Signals);
    }

    [Fact]
    public void A_reload_is_not_begun_while_draining()
    {
        var story = Serving();
        story.Ignored.Add(ServerSignal.LameDuck);
        story.AskToStop();
        story.Living.Add("10.0.0.3");
        Assert.Single(story.RunOn(30).All<Act.Configure>());
    }

    private static Story Serving(AgentSettings? settings = null) => new Story(settings).Run(60);
}
