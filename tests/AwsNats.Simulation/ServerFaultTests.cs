using AwsNats.Agent;
using AwsNats.Settings;
using AwsNats.Simulation.World;
using AwsNats.Supervision;

namespace AwsNats.Simulation;

/// <summary>Servers die, freeze and never start: restarts, the last resort, and the brake that keeps the last resort from taking the fleet down.</summary>
public sealed class ServerFaultTests
{
    private const string Bad = "the image is broken";

    [Fact]
    public void A_killed_server_is_back_within_three_seconds_with_the_same_routes() => Seeds.Play(50, fleet =>
    {
        Whole(fleet, 5);
        var host = fleet.Any(fleet.Hosts);
        var routes = host.Server!.Routes;
        host.Server.End(new ServerExit(null, 9));
        fleet.Run(TimeSpan.FromSeconds(3));
        Assert.True(host.Server is { IsServing: true }, $"seed {fleet.Seed}: no server after 3 s");
        Assert.Equal(routes, host.Server.Routes);
        Assert.Empty(fleet.Group.Unhealthy);
    });

    [Fact]
    public void A_frozen_server_is_replaced_within_45_seconds() => Seeds.Play(50, fleet =>
    {
        Whole(fleet, 3);
        var host = fleet.Any(fleet.Hosts);
        var pid = host.Server!.Pid;
        host.Server.Freeze();
        fleet.Run(TimeSpan.FromSeconds(45));
        Assert.True(host.Server is { IsServing: true } server && server.Pid != pid, $"seed {fleet.Seed}: no new server after 45 s");
        Assert.Empty(fleet.Group.Unhealthy);
    });

    [Fact]
    public void A_server_that_keeps_dying_ends_in_one_report_exit_70_and_a_row_that_says_how() => Seeds.Play(50, fleet =>
    {
        Whole(fleet, 5);
        var host = fleet.Any(fleet.Hosts);
        host.NextServer = () => new ServerPlan(TimeSpan.FromMilliseconds(100), DiesAfter: fleet.Between(0.05, 5));
        host.Server!.End(new ServerExit(2, null));
        fleet.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(ExitCode.ServerKeptDying, host.LastExit);
        Assert.Equal(host, Assert.Single(fleet.Group.Unhealthy).Host);
        Assert.Equal("error", fleet.Table[host.Address]?.Status);
        Assert.Contains("exit code 1", fleet.Table[host.Address]?.Description);
        fleet.MustSettle();
    });

    [Fact]
    public void Restart_limit_zero_reports_the_first_death_at_once() => Seeds.Play(30, fleet =>
    {
        Whole(fleet, 4);
        var host = fleet.Any(fleet.Hosts);
        host.Server!.End(new ServerExit(2, null));
        // The report goes out after the beat that tells the intent; a report of Healthy still under way may cost one more beat.
        fleet.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(ExitCode.ServerKeptDying, host.LastExit);
        Assert.Equal(host, Assert.Single(fleet.Group.Unhealthy).Host);
    }, new AgentSettings { RestartLimit = 0 });

    [Fact]
    public void A_bad_image_on_every_node_is_held_by_the_brake_for_hours() => Seeds.Play(5, fleet =>
    {
        Whole(fleet, 8);
        fleet.Group.Replaces = true;
        fleet.Group.ReplacementServer = () => new ServerPlan(TimeSpan.Zero, StartFault: Bad);
        foreach (var host in fleet.Hosts)
        {
            host.NextServer = fleet.Group.ReplacementServer;
            host.Server!.End(new ServerExit(2, null));
        }

        fleet.Run(TimeSpan.FromHours(2));
        // The first to give up may do so while the others still try: one report, and then none any more.
        Assert.InRange(fleet.Group.Unhealthy.Count, 0, 1);
        // The image is mended in place: everyone comes back by the one start that each hold allows.
        foreach (var host in fleet.Hosts) host.NextServer = () => ServerPlan.Good(fleet);
        fleet.Run(TimeSpan.FromMinutes(20));
        fleet.MustSettle();
        Assert.InRange(fleet.Group.Unhealthy.Count, 0, 1);
    });

    [Fact]
    public void A_bad_image_on_less_than_half_is_replaced_one_by_one() => Seeds.Play(10, fleet =>
    {
        Whole(fleet, 10);
        fleet.Group.Replaces = true;
        foreach (var host in fleet.Hosts.Take(4))
        {
            host.NextServer = () => new ServerPlan(TimeSpan.FromMilliseconds(100), DiesAfter: TimeSpan.FromMilliseconds(500));
            host.Server!.End(new ServerExit(2, null));
        }

        fleet.Run(TimeSpan.FromMinutes(60));
        Assert.Equal(4, fleet.Group.Unhealthy.Select(report => report.Host).Distinct().Count());
        fleet.MustSettle();
        Assert.Equal(10, fleet.Members.Count());
    });

    [Fact]
    public void A_fleet_that_is_rolled_to_a_bad_image_keeps_half_of_its_servers() => Seeds.Play(4, fleet =>
    {
        Whole(fleet, 10);
        fleet.Group.Replaces = true;
        fleet.Group.ReplacementServer = () => new ServerPlan(TimeSpan.Zero, StartFault: Bad);
        foreach (var host in fleet.Hosts.Take(2)) host.NextServer = fleet.Group.ReplacementServer;
        foreach (var host in fleet.Hosts.Take(2)) host.Server!.End(new ServerExit(2, null));
        fleet.Run(TimeSpan.FromHours(3));
        // Replacing the two goes on for ever, since each replacement is as bad; the eight others are untouched.
        Assert.Equal(8, fleet.Members.Count(host => host.Server is { IsServing: true }));
    });

    [Fact]
    public void A_report_that_the_group_does_not_take_is_tried_again() => Seeds.Play(20, fleet =>
    {
        Whole(fleet, 5);
        var host = fleet.Any(fleet.Hosts);
        fleet.Weather.Outage(fleet.Chance(0.5) ? Fate.Throttled : Fate.LostAfter, Strikes.Reports, host.Name, TimeSpan.FromMinutes(5));
        host.NextServer = () => new ServerPlan(TimeSpan.FromMilliseconds(100), DiesAfter: TimeSpan.FromMilliseconds(500));
        host.Server!.End(new ServerExit(2, null));
        fleet.Run(TimeSpan.FromMinutes(30));
        Assert.Equal(ExitCode.ServerKeptDying, host.LastExit);
        Assert.Contains(fleet.Group.Unhealthy, report => report.Host == host);
    });

    [Fact]
    public void While_the_table_is_away_nobody_is_reported_and_the_server_is_tried_again() => Seeds.Play(20, fleet =>
    {
        Whole(fleet, 5);
        var host = fleet.Any(fleet.Hosts);
        fleet.Weather.Outage(Fate.Hanging, Strikes.Table, null, TimeSpan.FromMinutes(20));
        host.NextServer = () => new ServerPlan(TimeSpan.FromMilliseconds(100), DiesAfter: TimeSpan.FromMilliseconds(500));
        host.Server!.End(new ServerExit(2, null));
        fleet.Run(TimeSpan.FromMinutes(8));
        host.NextServer = () => ServerPlan.Good(fleet);
        fleet.Run(TimeSpan.FromMinutes(12));
        Assert.Empty(fleet.Group.Unhealthy);
        fleet.Run(TimeSpan.FromMinutes(2));
        fleet.MustSettle();
    });

    [Fact]
    public void A_running_server_that_refuses_reloads_keeps_running_and_follows_once_it_takes_them() => Seeds.Play(20, fleet =>
    {
        Whole(fleet, 4);
        var host = fleet.Hosts[0];
        host.Disk.RefusesReloads = true;
        fleet.Boot(1, TimeSpan.Zero);
        fleet.Run(TimeSpan.FromMinutes(2));
        var pid = host.Server!.Pid;
        host.Disk.RefusesReloads = false;
        fleet.MustSettle(TimeSpan.FromMinutes(6)); // the longest pause between two tries is 5 min
        Assert.Equal(pid, host.Server!.Pid);
    });

    private static void Whole(Fleet fleet, int hosts)
    {
        fleet.Boot(hosts, TimeSpan.FromSeconds(10));
        fleet.Run(TimeSpan.FromSeconds(10));
        fleet.MustSettle();
        fleet.Run(fleet.Between(300, 330)); // past the group's grace period
        fleet.Watch.ServersSuffered = true;
    }
}
