using AwsNats.Registry;
using AwsNats.ServerConfig;

namespace AwsNats.Simulation;

/// <summary>What the simulation found, each as small as it could be made.</summary>
public sealed class FoundHereTests
{
    private static readonly DateTimeOffset Aws = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RosterRules Rules = new("10.0.0.1", 7244, false, TimeSpan.FromSeconds(30), TimeSpan.FromHours(1), TimeSpan.FromSeconds(10));

    [Fact]
    public void A_change_seen_while_our_own_writes_fail_starts_the_silence_then_and_not_at_the_last_trusted_read()
    {
        var roster = Read(Roster.Empty, at: 0, time: 0, trusted: true);
        roster = Read(roster, at: 10, time: 9, trusted: false);
        roster = Read(roster, at: 20, time: 9, trusted: true);
        Assert.Equal(TimeSpan.FromSeconds(10), roster.Entries["10.0.0.2"].Silence);
    }

    [Fact]
    public void At_the_first_read_of_a_life_an_old_row_of_an_earlier_peer_gets_a_whole_servers_timeout()
    {
        var row = new Row("10.0.0.2", Table(-600), "working");
        var roster = Roster.Judge(Roster.Empty, [row], TimeSpan.Zero, Aws, trusted: true, Rules, [new Peer("10.0.0.2", 7244)]);
        Assert.Equal(Standing.Live, roster.Entries["10.0.0.2"].Standing);
        roster = Read(Read(Read(Read(roster, 10, -600, true), 20, -600, true), 30, -600, true), 40, -600, true);
        Assert.Equal(Standing.Silent, roster.Entries["10.0.0.2"].Standing);
    }

    [Fact]
    public void A_server_that_comes_and_goes_every_second_makes_no_storm_of_heartbeats() => Seeds.Play(20, fleet =>
    {
        fleet.Watch.ServersSuffered = true; // the watch counts the calls of every minute
        fleet.Settings = fleet.Settings with { RestartLimit = 100 };
        var host = fleet.Add();
        host.NextServer = () => new World.ServerPlan(TimeSpan.FromMilliseconds(50), DiesAfter: TimeSpan.FromSeconds(1));
        host.Boot();
        fleet.Run(TimeSpan.FromMinutes(5));
    });

    /// <summary>Some twenty starts, where it was four hundred: each was started every twelve seconds, and each saw the others' intent for ever.</summary>
    [Fact]
    public void A_server_that_is_healthy_for_a_moment_does_not_cut_the_hold_of_the_brake_short() => Seeds.Play(10, fleet =>
    {
        fleet.Watch.ServersSuffered = true;
        fleet.Boot(10, TimeSpan.Zero);
        fleet.Run(TimeSpan.FromMinutes(6));
        var starts = 0;
        foreach (var host in fleet.Hosts.Take(4))
        {
            host.NextServer = () =>
            {
                starts++;
                return new World.ServerPlan(TimeSpan.FromMilliseconds(100), DiesAfter: TimeSpan.FromMilliseconds(500));
            };
            host.Server!.End(new Supervision.ServerExit(2, null));
        }

        fleet.Run(TimeSpan.FromMinutes(20));
        Assert.InRange(starts, 8, 40);
    });

    private static Roster Read(Roster before, int at, int time, bool trusted) => Roster.Judge(before,
        [new Row("10.0.0.2", Table(time), "working")], TimeSpan.FromSeconds(at), Aws + TimeSpan.FromSeconds(at), trusted, Rules);

    private static string Table(int second) => World.Table.Text(Aws + TimeSpan.FromSeconds(second));
}
