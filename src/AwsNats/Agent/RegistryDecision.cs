using System.Collections.Immutable;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Supervision;
using AwsNats.Telemetry;

namespace AwsNats.Agent;

/// <summary>Heartbeat and roster: announce before you look, judge by change, delete the dead, remember the living.</summary>
internal static class RegistryDecision
{
    /// <summary>20 %: agents that boot together do not write together for ever. Upward only, so that an interval of 10 s is never more than 6 calls a minute.</summary>
    private const double Jitter = 0.2;

    /// <summary>A throttled table gets its beats still farther apart; with jitter a 10 s beat comes after 15 s at the most.</summary>
    private const double ThrottledStretch = 1.25;

    /// <summary>Three deletes a beat: a table full of the dead is cleaned in time, not in a storm.</summary>
    private const int DeletesPerBeat = 3;

    /// <summary>
    /// 8 s between two beats out of turn, but for one that may come at once: a server that dies and is back is told twice without delay, and
    /// one that comes and goes makes nine beats a minute at the most, not a storm.
    /// </summary>
    private static readonly TimeSpan NewsSpacing = TimeSpan.FromSeconds(8);

    /// <summary>When a failing registry is mentioned again, and a delete that failed is tried again.</summary>
    private static readonly TimeSpan SayAgain = TimeSpan.FromMinutes(5);

    /// <summary>15 s: how long the boot waits for the table before an earlier roster serves in its place.</summary>
    private static readonly TimeSpan EarlierRosterAfter = TimeSpan.FromSeconds(15);

    /// <summary>An all-is-well line each.</summary>
    private static readonly TimeSpan SummaryEvery = TimeSpan.FromMinutes(5);

    /// <summary>5 s: a larger difference is no delay of the network.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    public static void Step(Turn turn)
    {
        if (turn.Seen.Remembered is { } remembered)
        {
            turn.Registry(r => r with { Remembered = remembered });
            if (remembered.Fault is { } fault) turn.Say(Messages.RosterFileUnusable(fault));
        }

        if (turn.Seen.Beat is { } beat) TakeBeat(turn, beat);
        foreach (var deleted in turn.Seen.Deletes) turn.Say(Messages.RowDeleted(deleted.Ip, deleted.Reply.Fault));
        if (turn.Seen.Deletes.Any(deleted => deleted.Reply.Fault is not null)) turn.Registry(r => r with { NextDeletesAt = turn.Now.Elapsed + SayAgain });
        if (turn.Seen.RoutesSeen is { } routes) turn.Say(Messages.Summary(turn.State.Registry.Peers?.Count ?? 0, routes));
        Join(turn);
    }

    /// <summary>Starts the beat that is due; runs last, so that it tells what this very turn decided.</summary>
    public static void Plan(Turn turn)
    {
        var registry = turn.State.Registry;
        if (!registry.Recalling)
        {
            turn.Do(new Act.Recall());
            turn.Registry(r => r with { Recalling = true });
        }

        if (registry.InFlight || turn.State.Exit is not null || turn.State.Drain is { RowTries: > 0 } or { RowInFlight: true }) return;
        var heartbeat = Tell(turn.State, turn.AwsNow);
        var news = registry.Told is { } told && told != (heartbeat.Status, heartbeat.Description, heartbeat.ReportedAt is not null);
        var hurries = turn.State.Drain is not null || turn.State.Health.Failure is { HeldUntil: null }; // a drain, or a report, waits for its word to be out
        var newsAt = hurries ? TimeSpan.Zero : registry.NextNewsAt - NewsSpacing;
        var beatAt = news && newsAt < registry.NextBeatAt ? newsAt : registry.NextBeatAt;
        if (!turn.Due(beatAt))
        {
            turn.WakeAt(beatAt);
            return;
        }

        var stretch = registry.FailingKind == RegistryFaultKind.Throttled ? ThrottledStretch : 1;
        var pause = turn.State.Settings.HeartbeatInterval * (1 + Jitter * turn.Seen.Dice) * stretch;
        turn.Do(new Act.Beat(heartbeat));
        turn.Registry(r => r with
        {
            InFlight = true,
            NextBeatAt = turn.Now.Elapsed + pause,
            NextNewsAt = news ? (turn.Due(r.NextNewsAt) ? turn.Now.Elapsed : r.NextNewsAt) + NewsSpacing : r.NextNewsAt,
            Told = (heartbeat.Status, heartbeat.Description, heartbeat.ReportedAt is not null),
        });
    }

    /// <summary>What our row shall say.</summary>
    public static Heartbeat Tell(AgentState state, DateTimeOffset awsNow)
    {
        var (status, description) = state switch
        {
            { Drain: not null } => (NodeStatus.Draining, "leaving as asked: takes no new clients"),
            { Health.Failure: { } failure } => (NodeStatus.Error, failure.Description),
            { Server.Condition: ServerCondition.Up } => (NodeStatus.Working, (string?)null),
            { Server.Deaths: [.., var last], Server.EverUp: true } => (NodeStatus.Starting, $"restarting nats-server after {last.How}"),
            _ => (NodeStatus.Starting, null),
        };
        var reporting = state.Health.Failure is { HeldUntil: null } && state.Drain is null && state.Settings.ReportHealth && !state.Health.Impossible;
        var settings = state.Settings;
        var node = new NodeFacts(state.Identity.InstanceId, settings.ServerName ?? state.Identity.InstanceId, state.Identity.AvailabilityZone,
            state.AgentVersion, state.Server.Version?.Version?.ToString(), settings.ClientPort, settings.ClusterPort, settings.MonitorPort);
        return new Heartbeat(state.Identity.Address, awsNow, status, description, node, reporting ? awsNow : null);
    }

    private static void TakeBeat(Turn turn, BeatResult beat)
    {
        turn.Registry(r => r with { InFlight = false });
        TakeClock(turn, beat);
        TakeFault(turn, beat.Fault);
        if (beat.Read is { Fault: null } read) TakeRows(turn, read.Rows, trusted: beat.Announced.Fault is null);
    }

    private static void TakeClock(Turn turn, BeatResult beat)
    {
        if ((beat.Read?.Date ?? beat.Announced.Date) is not { } date) return;
        var before = turn.State.Registry.Clock;
        turn.Registry(r => r with { Clock = new AwsClock(date, turn.Now.Elapsed) });
        if (before is not null) return;
        var off = turn.Now.Host - date;
        if (off.Duration() <= ClockTolerance) return;

        // The first heartbeat carried the host's wrong time: put it right at once.
        turn.Say(Messages.ClockOff(off));
        turn.Registry(r => r with { NextBeatAt = turn.Now.Elapsed });
    }

    private static void TakeFault(Turn turn, RegistryFault? fault)
    {
        var registry = turn.State.Registry;
        if (fault is null)
        {
            if (registry.FailingSince is { } since) turn.Say(Messages.RegistryBack(turn.Now.Elapsed - since));
            turn.Registry(r => r with { FailingSince = null, FailingKind = null });
            return;
        }

        if (registry.FailingKind != fault.Kind || turn.Due(registry.FaultSaidAt + SayAgain))
        {
            turn.Say(Messages.RegistryFailing(fault, turn.Now.Elapsed - (registry.FailingSince ?? turn.Now.Elapsed)));
            turn.Registry(r => r with { FaultSaidAt = turn.Now.Elapsed });
        }

        turn.Registry(r => r with { FailingSince = r.FailingSince ?? turn.Now.Elapsed, FailingKind = fault.Kind });
    }

    private static void TakeRows(Turn turn, ImmutableArray<Row> rows, bool trusted)
    {
        var before = turn.State.Registry;
        var roster = Roster.Judge(before.Roster, rows, turn.Now.Elapsed, turn.AwsNow, trusted, turn.State.RosterRules,
            before.EverRead ? null : before.Remembered?.Peers);
        var peers = roster.Routes.Select(entry => new Peer(entry.Host, entry.Port)).ToImmutableSortedSet();
        turn.Registry(r => r with { Roster = roster, EverRead = true, Peers = peers });

        foreach (var line in Messages.RowsIgnored(roster.Faults.Values.Where(fault => !before.Roster.Faults.ContainsKey(fault.Key)))) turn.Say(line);
        var known = before.Peers ?? [];
        if (!before.EverRead) turn.Say(Messages.RosterRead(rows.Length, peers.Count));
        foreach (var peer in peers.Except(known)) if (before.EverRead) turn.Say(Messages.PeerJoined(peer));
        foreach (var peer in known.Except(peers)) turn.Say(Messages.PeerLeft(peer, roster.Entries.Values.FirstOrDefault(entry => entry.Host == peer.Host)));
        if (!before.EverRead || !peers.SetEquals(known)) turn.Do(new Act.Remember([.. peers]));

        // Starting anywhere keeps agents that see the same dead from asking for the same three.
        var dead = roster.Deletable(turn.AwsNow).ToList();
        var first = (int)(turn.Seen.Dice * dead.Count);
        if (trusted && dead.Count > 0 && turn.Due(before.NextDeletesAt)) turn.Do(new Act.DeleteRows([.. dead.Skip(first).Concat(dead.Take(first)).Take(DeletesPerBeat)]));
        Summarise(turn);
    }

    private static void Summarise(Turn turn)
    {
        if (!turn.Due(turn.State.Registry.NextSummaryAt) || turn.State.Server.Condition != ServerCondition.Up) return;
        turn.Do(new Act.CountRoutes());
        turn.Registry(r => r with { NextSummaryAt = turn.Now.Elapsed + SummaryEvery });
    }

    /// <summary>The boot's gate: no server before the first roster, be it an earlier life's while AWS is away.</summary>
    private static void Join(Turn turn)
    {
        var registry = turn.State.Registry;
        if (registry.EverRead || registry.Peers is not null || turn.State.Drain is not null) return;

        if (registry.Remembered is { Peers: { } peers } && turn.Due(EarlierRosterAfter))
        {
            turn.Say(Messages.EarlierRosterServes(peers.Length));
            turn.Registry(r => r with { Peers = peers.Where(peer => !PeerAddress.Same(peer.Host, turn.State.Identity.Address)).ToImmutableSortedSet() });
            return;
        }

        var running = turn.State.Server.Condition is not (ServerCondition.Unknown or ServerCondition.Down);
        if (registry.Remembered is { Peers: null } && !running && turn.Due(turn.State.Settings.StartTimeout))
        {
            turn.Say(Messages.NoRegistry(turn.State.Settings.StartTimeout));
            turn.State = turn.State with { Exit = ExitCode.NoRegistry };
            return;
        }

        if (registry.Remembered is { Peers: not null }) turn.WakeAt(EarlierRosterAfter);
        else if (!running) turn.WakeAt(turn.State.Settings.StartTimeout);
    }
}
