using AwsNats.Agent;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>A server that an earlier agent left running is ours again, without a break for its clients.</summary>
public sealed class AdoptionTests
{
    private static readonly Remembered Running = new([new Peer("10.0.0.7", 7244)], null, Story.OursRunning());

    [Fact]
    public void A_server_with_our_settings_is_kept_and_no_second_one_started()
    {
        var story = new Story { Left = Running }.Run(60);
        Assert.Equal((ServerCondition.Up, 77), (story.State.Server.Condition, story.State.Server.Pid));
        Assert.Empty(story.All<Act.StartServer>());
        Assert.Empty(story.Signals);
    }

    [Fact]
    public void Its_file_is_written_and_taken_in_any_case_once_the_table_was_read()
    {
        var story = new Story { Left = Running, Living = { "10.0.0.2" } }.Run(60);
        var configure = Assert.Single(story.All<Act.Configure>());
        Assert.Equal(ReloadMode.Always, configure.Reload);
        Assert.Equal(["10.0.0.2"], configure.Model.Routes.Select(peer => peer.Host));
    }

    [Fact]
    public void Without_AWS_it_is_kept_as_it_is_for_as_long_as_that_lasts()
    {
        var story = new Story { Left = Running, WriteFault = Faults.Unreachable }.Run(7200);
        Assert.Null(story.State.Exit);
        Assert.Empty(story.Signals);
        Assert.Empty(story.All<Act.Configure>());
    }

    [Fact]
    public void Without_AWS_and_without_an_earlier_roster_it_is_kept_just_so()
    {
        var story = new Story { Left = Running with { Peers = null }, WriteFault = Faults.Unreachable }.Run(7200);
        Assert.Null(story.State.Exit);
        Assert.Equal(ServerCondition.Up, story.State.Server.Condition);
        Assert.Empty(story.Signals);
    }

    [Fact]
    public void A_server_with_other_settings_is_drained_and_replaced_and_that_is_no_death()
    {
        var story = new Story { Left = Running with { Server = new AdoptedServer(77, "other") } }.RunUntil(s => s.State.Server is { Pid: 101, Condition: ServerCondition.Up });
        Assert.Equal([ServerSignal.LameDuck], story.Signals);
        Assert.Empty(story.State.Server.Deaths);
        Assert.Single(story.All<Act.StartServer>());
    }

    [Fact]
    public void A_server_with_other_settings_that_cannot_be_probed_with_ours_is_drained_at_once_all_the_same()
    {
        var story = new Story { Left = Running with { Server = new AdoptedServer(77, "other") }, Health = new(ServerHealth.Unhealthy) }.Run(5);
        Assert.Equal([ServerSignal.LameDuck], story.Signals);
        Assert.NotEmpty(story.All<Act.StartServer>());
    }

    [Fact]
    public void A_server_that_must_be_drained_before_its_first_probe_gets_lame_duck_too()
    {
        var story = new Story { Left = Running, Health = null }.Run(5).AskToStop().RunOn(5);
        Assert.Equal([ServerSignal.LameDuck], story.Signals);
        Assert.Equal(ExitCode.Stopped, story.State.Exit);
    }

    [Fact]
    public void One_whose_executable_is_gone_from_the_disk_runs_on_and_the_executable_is_looked_for_every_minute()
    {
        var story = new Story { Left = Running, Version = new VersionAnswer(null, null, "not found") }.Run(170);
        Assert.Equal(3, story.When<Act.AskVersion>().Length);
        Assert.Empty(story.State.Server.Deaths);
        Assert.Empty(story.Signals);
        Assert.Equal(3, story.Said("server_executable_missing").Length);
    }

    [Fact]
    public void One_that_dies_is_restarted_like_any_other()
    {
        var story = new Story { Left = Running }.Run(60).Dies(signal: 9).RunOn(2);
        Assert.Equal(101, story.State.Server.Pid);
        Assert.Single(story.State.Server.Deaths);
    }

    [Fact]
    public void One_that_refuses_the_file_keeps_what_it_runs_with_and_is_asked_again_later()
    {
        var story = new Story { Left = Running, ConfigEnds = ConfigEnd.Refused }.Run(20);
        Assert.Equal([ReloadMode.Always, ReloadMode.Always, ReloadMode.Always], story.All<Act.Configure>().Select(act => act.Reload));
        Assert.Empty(story.Signals);
    }

    [Fact]
    public void It_is_reported_healthy_once() => Assert.Single(new Story { Left = Running }.Run(600).All<Act.Report>());
}
