using AwsNats.Settings;
using AwsNats.Simulation.World;

namespace AwsNats.Simulation;

/// <summary>AWS is away, for everybody or for some: the servers and their routes do not notice. The watch sees to it that none ends and none is reported.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);

    /// <summary>Far below the outage: whoever counted the silence of the others would delete them all.</summary>
    private static readonly AgentSettings QuickToDelete = new() { DeleteTimeout = TimeSpan.FromMinutes(2) };

    private static readonly Fate[] Faults =
        [Fate.Refused, Fate.LostBefore, Fate.Hanging, Fate.Throttled, Fate.Denied, Fate.NoTable, Fate.Garbage];

    [Fact]
    public void AWS_away_for_everybody_for_longer_than_delete_timeout_changes_no_configuration_and_deletes_nobody() => Seeds.Play(21, fleet =>
    {
        WholeFleet(fleet);
        Unchanged(fleet, () =>
        {
            fleet.Weather.Outage(FaultOf(fleet), Strikes.All, null, TenMinutes);
            fleet.Run(TenMinutes);
            // Heartbeats resume within 15 s; a reply may take three more.
            fleet.Run(TimeSpan.FromSeconds(18));
            foreach (var host in fleet.Hosts)
                Assert.True(host.LastWrite is { } write && fleet.Now - write.At < TimeSpan.FromSeconds(18), $"seed {fleet.Seed}: {host} does not write again");
            fleet.Run(TimeSpan.FromMinutes(5));
        });
    }, QuickToDelete);

    [Fact]
    public void Writes_failing_for_everybody_while_reads_work_change_no_configuration_and_delete_nobody() => Seeds.Play(21, fleet =>
    {
        WholeFleet(fleet);
        Unchanged(fleet, () =>
        {
            fleet.Weather.Outage(FaultOf(fleet), Strikes.Writes, null, TenMinutes);
            fleet.Run(TenMinutes + TimeSpan.FromMinutes(5));
        });
    }, QuickToDelete);

    [Fact]
    public void Reads_failing_for_everybody_while_writes_work_change_no_configuration_and_delete_nobody() => Seeds.Play(14, fleet =>
    {
        WholeFleet(fleet);
        Unchanged(fleet, () =>
        {
            fleet.Weather.Outage(FaultOf(fleet), Strikes.Reads, null, TenMinutes);
            fleet.Run(TenMinutes + TimeSpan.FromMinutes(5));
        });
    }, QuickToDelete);

    [Fact]
    public void An_outage_that_ends_for_one_after_the_other_drops_only_who_is_still_away() => Seeds.Play(20, fleet =>
    {
        WholeFleet(fleet);
        foreach (var host in fleet.Hosts) fleet.Weather.Outage(FaultOf(fleet), Strikes.Table, host.Name, TenMinutes + fleet.Between(0, 90));
        fleet.Run(TenMinutes + TimeSpan.FromSeconds(90));
        fleet.MustSettle();
        Assert.Equal(0, fleet.Watch.RowsDeleted);
    }, QuickToDelete);

    [Fact]
    public void Who_alone_is_cut_off_from_AWS_keeps_its_routes_and_joins_again_afterwards() => Seeds.Play(20, fleet =>
    {
        WholeFleet(fleet);
        var cut = fleet.Any(fleet.Hosts);
        var loads = cut.Server!.Loads;
        fleet.Weather.Outage(FaultOf(fleet), Strikes.All, cut.Name, TenMinutes);
        fleet.Run(TenMinutes);
        Assert.Equal(loads, cut.Server.Loads);
        Assert.Null(fleet.Table[cut.Address]);
        fleet.MustSettle();
        Assert.Equal(1, fleet.Watch.RowsDeleted);
    }, QuickToDelete);

    [Fact]
    public void Agents_started_anew_while_AWS_is_away_adopt_their_servers_and_drop_no_route() => Seeds.Play(30, fleet =>
    {
        WholeFleet(fleet);
        Unchanged(fleet, () =>
        {
            fleet.Weather.Outage(FaultOf(fleet), Strikes.All, null, TenMinutes);
            foreach (var host in fleet.Hosts.Where(_ => fleet.Chance(0.5)))
                fleet.Pump.After(fleet.Between(60, 650), () => host.KillAgent(fleet.Between(1, 5)));
            fleet.Run(TenMinutes + TimeSpan.FromMinutes(3));
        }, unchangedRoutesOnly: true);
    }, QuickToDelete);

    [Fact]
    public void A_boot_while_AWS_is_away_waits_and_forms_one_mesh_afterwards() => Seeds.Play(20, fleet =>
    {
        fleet.Weather.Outage(FaultOf(fleet), Strikes.All, null, TimeSpan.FromSeconds(90));
        fleet.Boot(5, TimeSpan.FromSeconds(20), () => fleet.Between(-600, 600));
        fleet.Run(TimeSpan.FromSeconds(89));
        Assert.All(fleet.Hosts, host => Assert.Null(host.Server));
        fleet.Run(TimeSpan.FromSeconds(1));
        fleet.MustSettle();
    });

    [Fact]
    public void A_boot_while_AWS_is_away_starts_from_the_roster_on_disk() => Seeds.Play(20, fleet =>
    {
        WholeFleet(fleet);
        var host = fleet.Any(fleet.Hosts);
        host.AskToStop();
        fleet.Run(TimeSpan.FromSeconds(60));
        fleet.Weather.Outage(FaultOf(fleet), Strikes.All, null, TimeSpan.FromMinutes(3));
        host.Boot();
        fleet.Run(TimeSpan.FromSeconds(20));
        Assert.True(host.Server is { IsServing: true }, $"seed {fleet.Seed}: {host} has not started from its roster on disk");
        Assert.Equal(fleet.Hosts.Count - 1, host.Server.Routes.Count);
        fleet.Run(TimeSpan.FromMinutes(3));
        fleet.MustSettle();
    });

    /// <summary>Each fault in turn, by seed.</summary>
    private static Fate FaultOf(Fleet fleet) => Faults[fleet.Seed % Faults.Length];

    private static void WholeFleet(Fleet fleet)
    {
        fleet.Boot(fleet.Random.Next(3, 12), TimeSpan.FromSeconds(30), () => fleet.Between(-300, 300));
        fleet.Run(TimeSpan.FromSeconds(30));
        fleet.MustSettle();
        // Every roster has been seen to change once: from here on silence is counted.
        fleet.Run(TimeSpan.FromSeconds(60));
    }

    /// <param name="unchangedRoutesOnly">Agents start anew and may have their server read the same routes once more.</param>
    private static void Unchanged(Fleet fleet, Action happens, bool unchangedRoutesOnly = false)
    {
        var loads = fleet.Watch.Loads;
        var drops = fleet.Watch.Drops;
        happens();
        fleet.MustSettle(TimeSpan.FromSeconds(1));
        Assert.Equal(0, fleet.Watch.RowsDeleted);
        Assert.Equal(drops, fleet.Watch.Drops);
        if (!unchangedRoutesOnly) Assert.Equal(loads, fleet.Watch.Loads);
    }
}
