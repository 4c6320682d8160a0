using AwsNats.Agent;
using AwsNats.Simulation.World;

namespace AwsNats.Simulation;

/// <summary>A host's own troubles: files refused, disks full, programs missing, settings changed between two lives.</summary>
public sealed class HostFaultTests
{
    [Fact]
    public void An_agent_started_anew_with_other_fixed_settings_restarts_its_server_with_them_and_stays_in_the_mesh() => Seeds.Play(30, fleet =>
    {
        Whole(fleet);
        var host = fleet.Any(fleet.Hosts);
        var pid = host.Server!.Pid;
        host.Settings = host.Settings with { LameDuckDuration = TimeSpan.FromSeconds(45) };
        host.KillAgent(fleet.Between(1, 5));
        fleet.Run(TimeSpan.FromSeconds(60));
        fleet.MustSettle();
        Assert.NotEqual(pid, host.Server!.Pid);
        Assert.Empty(fleet.Group.Unhealthy);
    });

    [Fact]
    public void A_first_configuration_that_the_server_refuses_ends_the_agent_with_50_until_it_is_mended() => Seeds.Play(30, fleet =>
    {
        Whole(fleet);
        var host = fleet.Add();
        host.Disk.TestSays = "include: no such file";
        host.Boot();
        fleet.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(ExitCode.BadServerConfig, host.LastExit);
        Assert.Contains(fleet.Table[host.Address]?.Status, new[] { "error", "starting" }); // the latter while the next life finds out
        Assert.Null(host.Server);
        host.Disk.TestSays = null;
        fleet.MustSettle();
        Assert.Empty(fleet.Group.Unhealthy);
    });

    [Fact]
    public void A_configuration_refused_later_or_a_full_disk_leaves_the_running_server_alone_and_is_tried_again() => Seeds.Play(30, fleet =>
    {
        Whole(fleet);
        var host = fleet.Any(fleet.Hosts);
        var pid = host.Server!.Pid;
        if (fleet.Chance(0.5)) host.Disk.TestSays = "include: no such file";
        else host.Disk.IsFull = true;
        fleet.Boot(1, TimeSpan.Zero);
        fleet.Run(fleet.Between(60, 120));
        (host.Disk.TestSays, host.Disk.IsFull) = (null, false);
        fleet.MustSettle(TimeSpan.FromMinutes(6)); // the longest pause between two tries is 5 min
        Assert.Equal(pid, host.Server!.Pid);
        Assert.Empty(fleet.Group.Unhealthy);
    });

    [Fact]
    public void A_server_that_dies_while_its_configuration_is_refused_starts_again_from_the_last_good_one() => Seeds.Play(30, fleet =>
    {
        Whole(fleet);
        var host = fleet.Any(fleet.Hosts);
        host.Disk.TestSays = "include: no such file";
        fleet.Boot(1, TimeSpan.Zero);
        fleet.Run(fleet.Between(15, 60));
        host.Server!.End(new Supervision.ServerExit(null, 9));
        fleet.Run(TimeSpan.FromSeconds(20));
        Assert.True(host.Server is { IsServing: true }, "no server runs from the last good file");
        host.Disk.TestSays = null;
        fleet.MustSettle(TimeSpan.FromMinutes(6));
        Assert.Empty(fleet.Group.Unhealthy);
    });

    [Fact]
    public void An_instance_without_the_server_is_reported_and_its_agent_ends_with_60() => Seeds.Play(30, fleet =>
    {
        Whole(fleet);
        fleet.Group.Grace = TimeSpan.FromSeconds(90);
        var host = fleet.Add();
        host.Disk.LacksExecutable = true;
        host.Boot();
        fleet.Run(TimeSpan.FromMinutes(10));
        Assert.Equal(ExitCode.ServerNotStarted, host.LastExit);
        Assert.Equal(host, Assert.Single(fleet.Group.Unhealthy).Host);
        Assert.Contains("nats-server is not in PATH", fleet.Table[host.Address]?.Description);
    });

    [Fact]
    public void An_adopted_server_runs_on_without_its_executable_and_follows_once_that_is_back() => Seeds.Play(30, fleet =>
    {
        Whole(fleet);
        var host = fleet.Any(fleet.Hosts);
        var pid = host.Server!.Pid;
        host.Disk.LacksExecutable = true;
        host.KillAgent(fleet.Between(1, 5));
        fleet.Boot(1, TimeSpan.Zero);
        fleet.Run(TimeSpan.FromMinutes(4));
        Assert.Equal(pid, host.Server!.Pid);
        host.Disk.LacksExecutable = false;
        fleet.Run(TimeSpan.FromMinutes(1));
        fleet.MustSettle();
        Assert.Equal(pid, host.Server!.Pid);
        Assert.Empty(fleet.Group.Unhealthy);
    });

    [Fact]
    public void A_second_request_to_stop_hurries() => Seeds.Play(50, fleet =>
    {
        Whole(fleet);
        var host = fleet.Any(fleet.Hosts);
        host.AskToStop();
        fleet.Run(fleet.Between(0, 4));
        host.AskToStop();
        fleet.Run(TimeSpan.FromSeconds(8));
        Assert.Equal(ExitCode.Stopped, host.LastExit);
        Assert.Null(host.Server);
        Assert.Null(fleet.Table[host.Address]);
    });

    [Fact]
    public void A_frozen_server_does_not_hold_up_a_stop_for_ever() => Seeds.Play(30, fleet =>
    {
        Whole(fleet);
        var host = fleet.Any(fleet.Hosts);
        host.Server!.Freeze();
        fleet.Run(fleet.Between(0, 30));
        host.AskToStop();
        // Lame duck 30 s and a margin of 5, INT 5 s, then KILL.
        fleet.Run(TimeSpan.FromSeconds(50));
        Assert.Equal(ExitCode.Stopped, host.LastExit);
        Assert.Null(host.Server);
        Assert.Null(fleet.Table[host.Address]);
    });

    private static void Whole(Fleet fleet)
    {
        fleet.Watch.ServersSuffered = true; // the watch is about AWS's faults; here it is the host that has them
        fleet.Boot(fleet.Random.Next(3, 7), TimeSpan.FromSeconds(10));
        fleet.Run(TimeSpan.FromSeconds(10));
        fleet.MustSettle();
        fleet.Run(fleet.Between(20, 40));
    }
}
