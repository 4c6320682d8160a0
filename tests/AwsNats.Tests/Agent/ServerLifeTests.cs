using AwsNats.Agent;
using AwsNats.Registry;
using AwsNats.Settings;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>Watch, stop, restart, give up.</summary>
public sealed class ServerLifeTests
{
    private static readonly ProbeAnswer Unhealthy = new(ServerHealth.Unhealthy, "503");
    private static readonly ProbeAnswer Unknown = new(ServerHealth.Unknown, "no descriptors");

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    public void A_server_that_died_is_started_again_after_a_growing_pause(int death, double pause)
    {
        var story = Serving();
        for (var before = 1; before < death; before++) story.Dies(signal: 9).Up().RunOn(5);
        var died = story.Dies(signal: 9).Now;
        story.RunUntil(s => s.All<Act.StartServer>().Length == death + 1);
        Assert.Equal(pause, story.Now - died, 1);
    }

    [Fact]
    public void A_first_death_costs_less_than_three_seconds()
    {
        var story = Serving();
        var died = story.Dies(signal: 9).Now;
        Assert.InRange(story.Up().Now - died, 0, 3);
    }

    [Fact]
    public void A_restarted_server_gets_the_same_routes()
    {
        var story = new Story { Living = { "10.0.0.2" } }.Run(60).Dies(signal: 9).Up();
        Assert.Equal(["10.0.0.2"], story.Routes);
    }

    [Theory]
    [InlineData(1, null, "exit code 1")]
    [InlineData(null, 9, "signal 9 (KILL)")]
    [InlineData(null, 64, "signal 64 (64)")]
    [InlineData(0, null, "exit code 0")]
    [InlineData(null, null, "an unknown exit code (it was adopted)")]
    public void A_death_is_said_with_how_it_came(int? code, int? signal, string how) =>
        Assert.Equal(how, Serving().Dies(code, signal).Line("server_died").Message);

    [Fact]
    public void Three_failed_probes_in_a_row_stop_it_with_INT_and_that_is_a_death()
    {
        var story = Serving();
        story.Health = Unhealthy;
        story.RunUntil(s => s.State.Server.Deaths.Length == 1);
        Assert.Equal([ServerSignal.Interrupt], story.Signals);
        Assert.Equal(3, story.Said("probe_failed").Length);
        Assert.Equal("exit code 0, stopped after 3 failed health probes in a row (503)", story.Line("server_died").Message);
    }

    [Fact]
    public void A_frozen_server_is_found_within_twenty_seconds_of_failing_probes()
    {
        var story = Serving();
        var began = story.Now;
        story.Health = Unhealthy;
        Assert.InRange(story.RunUntil(s => s.Signals.Length > 0).Now - began, 10, 20);
    }

    [Fact]
    public void One_that_does_not_mind_INT_is_killed_after_five_seconds()
    {
        var story = Serving();
        story.Health = Unhealthy;
        story.Ignored.Add(ServerSignal.Interrupt);
        var interrupted = story.RunUntil(s => s.Signals.Length == 1).Now;
        Assert.Equal(5, story.RunUntil(s => s.Signals.Length == 2).Now - interrupted, 1);
        Assert.Equal(ServerSignal.Kill, story.Signals[1]);
    }

    [Fact]
    public void One_that_survives_even_KILL_is_not_signalled_without_end()
    {
        var story = Serving();
        story.Health = Unhealthy;
        story.Ignored.UnionWith([ServerSignal.Interrupt, ServerSignal.Kill]);
        Assert.Equal([ServerSignal.Interrupt, ServerSignal.Kill], story.RunOn(600).Signals);
    }

    [Fact]
    public void Two_failures_and_a_success_are_nothing()
    {
        var story = Serving();
        for (var round = 0; round < 10; round++)
        {
            story.Health = Unhealthy;
            story.RunUntil(s => s.State.Server.ProbeFailures == 2);
            story.Health = new(ServerHealth.Healthy);
            story.RunUntil(s => s.State.Server.ProbeFailures == 0);
        }

        Assert.Empty(story.Signals);
    }

    [Fact]
    public void A_probe_that_cannot_tell_never_counts_and_is_said_once()
    {
        var story = Serving();
        story.Health = Unknown;
        story.RunOn(3600);
        Assert.Empty(story.Signals);
        Assert.Single(story.Said("probe_unknown"));
    }

    [Fact]
    public void A_probe_that_cannot_tell_neither_counts_nor_forgives()
    {
        var story = Serving();
        story.Health = Unhealthy;
        story.RunUntil(s => s.State.Server.ProbeFailures == 2);
        story.Health = Unknown;
        story.RunOn(20);
        Assert.Equal(2, story.State.Server.ProbeFailures);
        story.Health = Unhealthy;
        story.RunUntil(s => s.Signals.Length == 1);
    }

    [Fact]
    public void Two_probes_are_never_under_way_at_once()
    {
        var story = Serving();
        story.Health = null;
        var before = story.All<Act.Probe>().Length;
        Assert.Equal(before + 1, story.RunOn(600).All<Act.Probe>().Length);
    }

    [Fact]
    public void A_server_that_runs_is_probed_every_five_seconds()
    {
        var probes = Serving().RunOn(60).When<Act.Probe>();
        Assert.Equal(5, probes[^1] - probes[^2], 2);
    }

    [Fact]
    public void A_starting_server_is_probed_ten_times_a_second_at_first_then_once_a_second()
    {
        var story = new Story { Health = Unhealthy }.Run(30);
        Assert.Equal(10, story.When<Act.Probe>().Count(at => at is >= 1 and < 2));
        Assert.Equal(10, story.When<Act.Probe>().Count(at => at is >= 15 and < 25));
    }

    [Fact]
    public void A_starting_server_may_be_unhealthy_for_as_long_as_its_budget_lasts()
    {
        var story = new Story { Health = Unhealthy }.Run(295);
        Assert.Empty(story.Signals);
        Assert.Empty(story.Said("probe_failed"));
    }

    [Fact]
    public void A_server_that_never_becomes_healthy_is_stopped_when_its_budget_is_spent_and_that_is_a_death()
    {
        var story = new Story(new AgentSettings { ServerStartTimeout = TimeSpan.FromSeconds(20) }) { Health = Unhealthy }.RunUntil(s => s.State.Server.Deaths.Length == 1);
        Assert.InRange(story.Now, 20, 22);
        Assert.Equal([ServerSignal.Interrupt], story.Signals);
        Assert.Contains("did not become healthy within 20 s (503)", story.Line("server_died").Message);
    }

    [Fact]
    public void A_server_whose_health_nobody_can_tell_is_stopped_too_when_its_starts_budget_is_spent() =>
        Assert.Single(new Story(new AgentSettings { ServerStartTimeout = TimeSpan.FromSeconds(20) }) { Health = Unknown }.Run(23).Signals);

    [Fact]
    public void A_start_that_fails_is_tried_again_after_the_same_pauses()
    {
        var story = new Story { StartFault = "no right to execute it" }.Run(30);
        var starts = story.When<Act.StartServer>();
        Assert.Equal([1, 2, 4], starts.Zip(starts.Skip(1)).Take(3).Select(pair => Math.Round(pair.Second - pair.First)));
        Assert.Equal("no right to execute it", story.Line("server_not_started").Message);
    }

    [Fact]
    public void An_executable_that_is_not_found_is_looked_for_after_the_same_pauses_and_nothing_is_started()
    {
        var story = new Story { Version = new VersionAnswer(null, null, "nats-server is not in PATH") }.Run(8);
        var asked = story.When<Act.AskVersion>();
        Assert.Equal([1, 2, 4], asked.Zip(asked.Skip(1)).Take(3).Select(pair => Math.Round(pair.Second - pair.First)));
        Assert.Empty(story.All<Act.StartServer>());
    }

    [Fact]
    public void An_executable_that_appears_in_time_is_started()
    {
        var story = new Story { Version = new VersionAnswer(null, null, "nats-server is not in PATH") }.Run(2);
        story.Version = Story.FoundVersion;
        Assert.InRange(story.Up().Now, 2, 5);
    }

    [Fact]
    public void The_version_is_asked_once() => Assert.Single(Serving().Dies(signal: 9).Up().RunOn(600).All<Act.AskVersion>());

    [Fact]
    public void A_server_that_dies_seldom_is_restarted_for_ever()
    {
        var story = Serving();
        for (var death = 0; death < 20; death++) story.Dies(signal: 11).Up().RunOn(601);
        Assert.Null(story.State.Health.Failure);
        Assert.Equal(21, story.All<Act.StartServer>().Length);
    }

    [Fact]
    public void The_row_says_working_again_once_it_is_healthy_again()
    {
        var heartbeat = Serving().Dies(signal: 9).Up().RunOn(1).All<Act.Beat>()[^1].Heartbeat;
        Assert.Equal((NodeStatus.Working, null), (heartbeat.Status, heartbeat.Description));
    }

    private static Story Serving() => new Story().Run(60);
}
