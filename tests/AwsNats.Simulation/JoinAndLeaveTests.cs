using AwsNats.Agent;
using AwsNats.Settings;
using AwsNats.Simulation.World;

namespace AwsNats.Simulation;

/// <summary>Servers come and go in good order and in bad.</summary>
public sealed class JoinAndLeaveTests
{
    [Fact]
    public void Agents_that_boot_at_the_same_instant_form_one_mesh() => Seeds.Play(300, fleet =>
    {
        fleet.Boot(fleet.Random.Next(2, 6), TimeSpan.Zero, () => fleet.Between(-600, 600));
        // Of any two at least one has seen the other at its start, so gossip has one graph at once; every file names all a little later.
        fleet.Run(TimeSpan.FromSeconds(10));
        Assert.True(Mesh.IsConnected(fleet), $"seed {fleet.Seed}: the servers have started as more than one cluster");
        fleet.MustSettle();
    });

    [Fact]
    public void Two_hundred_agents_that_boot_within_a_minute_form_one_mesh() => Seeds.Play(1, fleet =>
    {
        fleet.Boot(200, TimeSpan.FromSeconds(60));
        fleet.Run(TimeSpan.FromSeconds(60));
        fleet.MustSettle();
    });

    [Fact]
    public void A_node_that_vanishes_is_out_of_every_configuration_in_time_and_its_row_goes_after_delete_timeout() => Seeds.Play(50, fleet =>
    {
        Whole(fleet);
        var host = fleet.Any(fleet.Hosts);
        host.Vanish();
        fleet.MustSettle(fleet.Settings.ServersTimeout + TimeSpan.FromSeconds(20));
        Assert.NotNull(fleet.Table[host.Address]);
        fleet.Run(fleet.Settings.DeleteTimeout - fleet.Settings.ServersTimeout - TimeSpan.FromSeconds(30));
        Assert.NotNull(fleet.Table[host.Address]);
        fleet.Run(TimeSpan.FromSeconds(60));
        Assert.Null(fleet.Table[host.Address]);
        Assert.Equal(1, fleet.Watch.RowsDeleted);
    }, new AgentSettings { DeleteTimeout = TimeSpan.FromMinutes(5) });

    [Fact]
    public void A_new_instance_with_the_address_of_one_that_vanished_joins_at_once() => Seeds.Play(30, fleet =>
    {
        Whole(fleet);
        var host = fleet.Any(fleet.Hosts);
        host.Vanish();
        fleet.Run(fleet.Between(1, 200));
        fleet.Add(fleet.Between(-600, 600), host.Address).Boot();
        fleet.MustSettle();
    });

    [Fact]
    public void A_rolling_restart_drains_everyone_in_good_order_and_ends_as_one_mesh() => Seeds.Play(20, fleet =>
    {
        Whole(fleet);
        foreach (var host in fleet.Hosts.ToList())
        {
            host.AskToStop();
            fleet.Run(TimeSpan.FromSeconds(45));
            Assert.Equal(ExitCode.Stopped, host.LastExit);
            Assert.Null(host.Server);
            Assert.Null(fleet.Table[host.Address]);
            host.Boot();
            fleet.Run(fleet.Between(1, 20));
        }

        fleet.MustSettle();
        Assert.Empty(fleet.Group.Unhealthy);
    });

    [Fact]
    public void Everyone_stopped_at_once_leaves_an_empty_table() => Seeds.Play(20, fleet =>
    {
        Whole(fleet);
        foreach (var host in fleet.Hosts) fleet.Pump.After(fleet.Between(0, 3), host.AskToStop);
        fleet.Run(TimeSpan.FromSeconds(60));
        Assert.All(fleet.Hosts, host => Assert.Equal(ExitCode.Stopped, host.LastExit));
        Assert.Equal(0, fleet.Table.Count);
    });

    [Fact]
    public void A_stop_while_AWS_is_away_ends_in_good_order_too() => Seeds.Play(20, fleet =>
    {
        Whole(fleet);
        var host = fleet.Any(fleet.Hosts);
        fleet.Weather.Outage(fleet.Chance(0.5) ? Fate.Hanging : Fate.Refused, Strikes.All, null, TimeSpan.FromMinutes(2));
        fleet.Run(fleet.Between(0, 20));
        host.AskToStop();
        // The row's word 3 s, lame duck up to 35 s, three tries of 4 s and their pauses.
        fleet.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(ExitCode.Stopped, host.LastExit);
    });

    [Fact]
    public void A_stop_at_any_moment_of_a_boot_ends_with_nothing_left() => Seeds.Play(200, fleet =>
    {
        var host = fleet.Add();
        host.Boot();
        fleet.Run(fleet.Between(0, 2.5));
        host.AskToStop();
        fleet.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(ExitCode.Stopped, host.LastExit);
        Assert.Null(host.Server);
        Assert.Equal(0, fleet.Table.Count);
    });

    [Fact]
    public void A_killed_agent_comes_back_to_its_running_server_and_routes_stay() => Seeds.Play(50, fleet =>
    {
        Whole(fleet);
        var host = fleet.Any(fleet.Hosts);
        var pid = host.Server!.Pid;
        host.KillAgent(fleet.Between(1, 60));
        fleet.Run(TimeSpan.FromSeconds(120));
        fleet.MustSettle();
        Assert.Equal(pid, host.Server!.Pid);
    });

    [Fact]
    public void An_agent_killed_at_any_moment_of_its_boot_leaves_one_server_and_its_successor_joins() => Seeds.Play(200, fleet =>
    {
        fleet.Boot(2, TimeSpan.Zero);
        var host = fleet.Hosts[0];
        fleet.Pump.After(fleet.Between(0, 3), () => host.KillAgent(fleet.Between(0.1, 5)));
        fleet.Run(TimeSpan.FromSeconds(5));
        fleet.MustSettle();
    });

    private static void Whole(Fleet fleet)
    {
        fleet.Boot(fleet.Random.Next(3, 12), TimeSpan.FromSeconds(20));
        fleet.Run(TimeSpan.FromSeconds(20));
        fleet.MustSettle();
        fleet.Run(fleet.Between(20, 40));
    }
}
