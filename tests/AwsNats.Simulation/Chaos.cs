using AwsNats.Settings;
using AwsNats.Simulation.World;
using AwsNats.Supervision;

namespace AwsNats.Simulation;

/// <summary>A fleet's life with faults of every kind at random, then quiet, in which it must become one mesh.</summary>
internal static class Chaos
{
    /// <summary>Delete timeouts from two minutes up, so that rows are really deleted within a run.</summary>
    public static AgentSettings Settings(int seed) => new() { DeleteTimeout = TimeSpan.FromSeconds(120 + seed % 5 * 60) };

    public static void Play(Fleet fleet) => Play(fleet, fleet.Random.Next(5, 41), TimeSpan.FromMinutes(8), servers: fleet.Chance(0.5));

    /// <param name="servers">Whether servers suffer too; else every server must come through untouched.</param>
    public static void Play(Fleet fleet, int hosts, TimeSpan lasting, bool servers)
    {
        fleet.Watch.ServersSuffered = servers;
        fleet.Boot(hosts, fleet.Chance(0.3) ? TimeSpan.Zero : TimeSpan.FromSeconds(40), () => SomeSkew(fleet));
        for (var i = fleet.Random.Next(3); i > 0; i--) fleet.AddOldScript(SomeSkew(fleet));
        fleet.Weather.Drizzle =
        [
            (Fate.LostBefore, 0.01), (Fate.LostAfter, 0.01), (Fate.Hanging, 0.01), (Fate.Late, 0.01), (Fate.Throttled, 0.02), (Fate.Refused, 0.005), (Fate.Garbage, 0.002),
        ];
        var end = fleet.Now + lasting;
        while (fleet.Now < end)
        {
            fleet.Run(fleet.Between(1, 900.0 / hosts));
            Strike(fleet, servers);
        }

        fleet.Weather.Clear();
        if (fleet.Weather.LastLateAt > fleet.Now) fleet.Run(fleet.Weather.LastLateAt - fleet.Now);
        foreach (var host in fleet.Hosts) host.Server?.Thaw();
        Heal(fleet, servers);
    }

    private static void Heal(Fleet fleet, bool servers)
    {
        // A server's own troubles take longer: backoff up to a minute, the brake's pauses, configurations refused meanwhile.
        if (servers) fleet.Run(TimeSpan.FromMinutes(25));
        // Agents that were killed last are not back yet, hosts that were replaced have not booted: they are part of joining.
        var bound = fleet.Now + fleet.HealingBound + TimeSpan.FromSeconds(30);
        fleet.MustSettle(bound - fleet.Now);
        // It may look whole before the last fault has been noticed everywhere.
        fleet.Run(bound - fleet.Now);
        var loads = fleet.Watch.Loads;
        fleet.Run(TimeSpan.FromMinutes(2));
        if (loads != fleet.Watch.Loads) throw new SimulationFailure($"{fleet.Watch.Loads - loads} configurations changed in a quiet fleet");
        fleet.MustSettle(TimeSpan.FromSeconds(1));
    }

    private static void Strike(Fleet fleet, bool servers)
    {
        var running = fleet.Members.ToList();
        if (running.Count == 0) return;
        var host = fleet.Any(running);
        switch (fleet.Random.Next(servers ? 16 : 11))
        {
            case 0:
                fleet.Add(SomeSkew(fleet)).Boot();
                break;
            case 1 when running.Count > 3:
                host.Vanish();
                break;
            case 2:
                host.KillAgent(fleet.Between(1, 5));
                break;
            case 3 when running.Count > 3:
                host.AskToStop();
                break;
            case 4:
                host.Skew = SomeSkew(fleet);
                break;
            case 5:
                fleet.Weather.Outage(SomeFate(fleet), SomeStrikes(fleet), host.Name, fleet.Between(1, 120));
                break;
            case 6:
                fleet.Weather.Outage(SomeFate(fleet), SomeStrikes(fleet), null, fleet.Between(1, 60));
                break;
            case 7:
                foreach (var one in running.Where(_ => fleet.Chance(0.4))) fleet.Weather.Outage(SomeFate(fleet), SomeStrikes(fleet), one.Name, fleet.Between(5, 90));
                break;
            case 8 when fleet.Hosts.FirstOrDefault(gone => gone.IsGone && fleet.Hosts.Count(other => other.Address == gone.Address) == 1) is { } gone:
                // The address of one that is gone is given to a new instance.
                fleet.Add(SomeSkew(fleet), gone.Address).Boot();
                break;
            case 9 when fleet.Hosts.FirstOrDefault(one => one is { IsGone: false, Agent: null, LastExit: AwsNats.Agent.ExitCode.Stopped }) is { } stopped:
                stopped.Boot();
                break;
            case 10 when fleet.OldScripts.FirstOrDefault(script => script.IsRunning) is { } script:
                script.Die();
                break;
            case 11 or 12:
                host.Server?.End(new ServerExit(null, fleet.Chance(0.5) ? 9 : 11));
                break;
            case 13 when host.Server is { } server:
                server.Freeze();
                if (fleet.Chance(0.5)) fleet.Pump.After(fleet.Between(1, 30), server.Thaw);
                break;
            case 14:
                SickServer(fleet, host);
                break;
            case 15:
                host.Disk.RefusesReloads = true;
                fleet.Pump.After(fleet.Between(5, 60), () => host.Disk.RefusesReloads = false);
                break;
        }
    }

    /// <summary>Its next starts go wrong in one way or the other, for some time.</summary>
    private static void SickServer(Fleet fleet, Host host)
    {
        var how = fleet.Random.Next(4);
        host.NextServer = () => how switch
        {
            0 => new ServerPlan(TimeSpan.FromSeconds(1), StartFault: "port 4242 is taken"),
            1 => new ServerPlan(TimeSpan.FromSeconds(1), DiesAfter: fleet.Between(0.01, 3)),
            2 => new ServerPlan(fleet.Between(20, 90)),
            _ => ServerPlan.Good(fleet) with { NeverHealthy = fleet.Chance(0.5) },
        };
        fleet.Pump.After(fleet.Between(5, 60), () => host.NextServer = () => ServerPlan.Good(fleet));
        host.Server?.End(new ServerExit(2, null));
    }

    private static TimeSpan SomeSkew(Fleet fleet) => fleet.Chance(0.5) ? TimeSpan.Zero : fleet.Between(-600, 600);

    private static Fate SomeFate(Fleet fleet)
    {
        Fate[] fates = [Fate.Refused, Fate.LostBefore, Fate.LostAfter, Fate.Hanging, Fate.Late, Fate.Throttled, Fate.Denied, Fate.NoTable, Fate.Garbage];
        return fates[fleet.Random.Next(fates.Length)];
    }

    private static Strikes SomeStrikes(Fleet fleet) => fleet.Random.Next(4) switch { 0 => Strikes.Reads, 1 => Strikes.Writes, 2 => Strikes.Table, _ => Strikes.All };
}
