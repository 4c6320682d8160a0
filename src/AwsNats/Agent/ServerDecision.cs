using AwsNats.ServerConfig;
using AwsNats.Supervision;
using AwsNats.Telemetry;

namespace AwsNats.Agent;

/// <summary>The server's life: adopt or start, wait until healthy, watch, stop, restart with growing pauses, give up at the limit.</summary>
internal static class ServerDecision
{
    /// <summary>A warming server is asked often at first: a start takes a third of a second, and every beat of it is a client's wait.</summary>
    private static readonly TimeSpan WarmingProbe = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan SlowWarmingProbe = TimeSpan.FromSeconds(1);

    /// <summary>After 5 s of warming it is JetStream that recovers; once a second is enough then.</summary>
    private static readonly TimeSpan QuickWarming = TimeSpan.FromSeconds(5);

    /// <summary>With three failures a frozen server is found within 20 s.</summary>
    private static readonly TimeSpan UpProbe = TimeSpan.FromSeconds(5);

    private const int FailuresToUnhealthy = 3; // design: fails three times

    /// <summary>When a missing executable of an adopted server is looked for again.</summary>
    private static readonly TimeSpan MissingRetry = TimeSpan.FromMinutes(1);

    public static void TakeIn(Turn turn)
    {
        var seen = turn.Seen;
        if (seen.Version is { } version) TakeVersion(turn, version);
        if (seen.Remembered is { } remembered) TakeAdopted(turn, remembered.Server);
        if (seen.Started is { } started) TakeStarted(turn, started);
        if (seen.Probe is { } probe) TakeProbe(turn, probe);
        if (seen.Exited is { } exit) TakeExit(turn, exit);
    }

    public static void Plan(Turn turn)
    {
        if (turn.State.Exit is not null) return;
        AskVersion(turn);
        StopDecision.Escalate(turn);
        if (turn.State.Server.Condition == ServerCondition.Down) Launch(turn);
        else if (turn.State.Server.IsRunning && turn.State.Server.Stopping is null) Watch(turn);
    }

    private static void AskVersion(Turn turn)
    {
        var server = turn.State.Server;
        if (server.Version?.Version is not null || server.AskingVersion || turn.State.Drain is not null) return;
        if (server.Condition == ServerCondition.Unknown) return;
        if (turn.State.Health.Failure is { HeldUntil: null }) return;
        turn.WakeAt(server.StartAt);
        if (!turn.Due(server.StartAt)) return;
        turn.Do(new Act.AskVersion());
        turn.Server(s => s with { AskingVersion = true });
    }

    private static void TakeVersion(Turn turn, VersionAnswer version)
    {
        turn.Server(s => s with { Version = version, AskingVersion = false });
        if (version.Fault is not { } fault)
        {
            turn.Say(Messages.ServerFound(version));
            return;
        }

        if (!turn.State.Server.IsRunning)
        {
            Died(turn, new Death(turn.Now.Elapsed, turn.AwsNow, fault, NeverRan: true));
            return;
        }

        // An adopted server runs well without its file; only its configuration cannot follow the roster.
        turn.Say(Messages.ExecutableMissing(fault, MissingRetry));
        turn.Server(s => s with { StartAt = turn.Now.Elapsed + MissingRetry });
    }

    private static void TakeAdopted(Turn turn, AdoptedServer? adopted)
    {
        if (adopted is null)
        {
            turn.Server(s => s with { Condition = ServerCondition.Down, Since = turn.Now.Elapsed });
            return;
        }

        turn.Say(Messages.ServerAdopted(adopted.Pid));
        turn.Server(s => s with
        {
            Condition = ServerCondition.Warming, Pid = adopted.Pid, Since = turn.Now.Elapsed, AdoptedKey = adopted.FixedKey, NextProbeAt = turn.Now.Elapsed,
        });
        turn.Config(c => c with { ForceReload = true });
    }

    private static void TakeStarted(Turn turn, StartAnswer started)
    {
        if (started.Pid is not { } pid)
        {
            turn.Server(s => s with { Condition = ServerCondition.Down, Since = turn.Now.Elapsed });
            turn.Config(c => c with { ReadyToLaunch = null });
            Died(turn, new Death(turn.Now.Elapsed, turn.AwsNow, started.Fault ?? "could not be started", NeverRan: true));
            return;
        }

        turn.Say(Messages.ServerStarted(pid, turn.State.Config.ReadyToLaunch?.Routes.Count ?? 0));
        turn.Server(s => s with
        {
            Condition = ServerCondition.Warming, Pid = pid, Since = turn.Now.Elapsed, NextProbeAt = turn.Now.Elapsed + WarmingProbe, ProbeFailures = 0,
            Fixed = turn.State.Config.ReadyToLaunch?.Fixed,
        });
        turn.Config(c => c with { ReadyToLaunch = null });
        if (turn.State.Phase == Phase.Joining) turn.State = turn.State with { Phase = Phase.Serving };
    }

    private static void TakeProbe(Turn turn, ProbeAnswer probe)
    {
        turn.Server(s => s with { ProbeInFlight = false });
        var server = turn.State.Server;
        if (!server.IsRunning || server.Stopping is not null) return;
        switch (probe.Health)
        {
            case ServerHealth.Healthy:
                if (server.Condition == ServerCondition.Warming) BecameHealthy(turn);
                turn.Server(s => s with { ProbeFailures = 0, SaidUnknown = false });
                break;
            case ServerHealth.Unhealthy when server.Condition == ServerCondition.Up:
                turn.Say(Messages.ProbeFailed(probe.Detail, server.ProbeFailures + 1, FailuresToUnhealthy));
                turn.Server(s => s with { ProbeFailures = s.ProbeFailures + 1, LastProbeDetail = probe.Detail });
                if (turn.State.Server.ProbeFailures >= FailuresToUnhealthy)
                    StopDecision.Stop(turn, $"{FailuresToUnhealthy} failed health probes in a row ({probe.Detail})", gently: false, counts: true);
                break;
            case ServerHealth.Unhealthy:
                turn.Server(s => s with { LastProbeDetail = probe.Detail });
                break;
            default:
                if (!server.SaidUnknown) turn.Say(Messages.ProbeUnknown(probe.Detail));
                turn.Server(s => s with { SaidUnknown = true });
                break;
        }
    }

    private static void BecameHealthy(Turn turn)
    {
        var server = turn.State.Server;
        turn.Say(Messages.ServerHealthy(server.Pid ?? 0, turn.Now.Elapsed - server.Since));
        if (turn.State.Config.Unproven) turn.Do(new Act.AcceptConfig());
        turn.Config(c => c with { Unproven = false });
        turn.Server(s => s with { Condition = ServerCondition.Up, Since = turn.Now.Elapsed, EverUp = true, NextProbeAt = turn.Now.Elapsed + UpProbe });
        if (turn.State.Phase != Phase.Draining) turn.State = turn.State with { Phase = Phase.Serving };
        HealthDecision.ServerRecovered(turn);
    }

    private static void TakeExit(Turn turn, ServerExit exit)
    {
        var server = turn.State.Server;
        var stopping = server.Stopping;
        var warming = server.Condition == ServerCondition.Warming;
        turn.Server(s => s with
        {
            Condition = ServerCondition.Down, Pid = null, Since = turn.Now.Elapsed, Stopping = null, ProbeFailures = 0, Fixed = null, AdoptedKey = null,
        });
        turn.Config(c => c with { Applied = null, Pending = null, ForceReload = false, ReadyToLaunch = null });
        if (turn.State.Drain is not null || stopping is { Counts: false })
        {
            turn.Say(Messages.ServerStopped(exit));
            return;
        }

        // A file that no server has been healthy with is the first suspect.
        if (warming && turn.State.Config.Unproven) turn.Config(c => c with { UseLastGood = true, Unproven = false });
        Died(turn, new Death(turn.Now.Elapsed, turn.AwsNow, stopping is null ? exit.ToString() : $"{exit}, stopped after {stopping.Why}"));
    }

    private static void Died(Turn turn, Death death)
    {
        var settings = turn.State.Settings;
        var verdict = RestartPolicy.Judge(turn.State.Server.Deaths.Add(death), turn.Now.Elapsed, settings.RestartLimit, settings.RestartWindow);
        turn.Server(s => s with { Deaths = verdict.Recent });
        if (turn.State.Drain is not null) return;
        if (turn.State.Health.Failure is not null)
        {
            turn.Say(Messages.ServerDied(death, verdict.Recent.Length, null));
            HealthDecision.HoldAttemptFailed(turn);
            return;
        }

        // The first death in a whole window has nothing to do with the holds of an earlier trouble.
        if (verdict.Recent.Length == 1) turn.Health(h => h with { Holds = 0 });
        turn.Say(Messages.ServerDied(death, verdict.Recent.Length, verdict.Delay));
        if (verdict.Delay is { } delay) turn.Server(s => s with { StartAt = turn.Now.Elapsed + delay });
        else HealthDecision.GiveUp(turn, verdict.Recent);
    }

    private static void Launch(Turn turn)
    {
        if (turn.State.Config.ReadyToLaunch is not { } model || turn.State.Drain is not null) return;
        turn.Do(new Act.StartServer(model.Fixed.Key));
        turn.Server(s => s with { Condition = ServerCondition.Launching, Since = turn.Now.Elapsed });
    }

    private static void Watch(Turn turn)
    {
        var server = turn.State.Server;
        if (server is { AdoptedKey: { } key, Version.Version: not null })
        {
            var wanted = ConfigDecision.FixedFor(turn.State);
            turn.Server(s => s with { AdoptedKey = null, Fixed = wanted });
            if (key != wanted.Key)
            {
                StopDecision.Stop(turn, "its configuration was made from other settings", gently: true, counts: false);
                return;
            }
        }

        var warmingFor = turn.Now.Elapsed - server.Since;
        if (server.Condition == ServerCondition.Warming && warmingFor > turn.State.Settings.ServerStartTimeout)
        {
            StopDecision.Stop(turn, $"it did not become healthy within {turn.State.Settings.ServerStartTimeout.TotalSeconds:0} s ({server.LastProbeDetail})", gently: false, counts: true);
            return;
        }

        if (server.ProbeInFlight) return;
        turn.WakeAt(server.NextProbeAt);
        if (!turn.Due(server.NextProbeAt)) return;
        var pause = server.Condition == ServerCondition.Up ? UpProbe : warmingFor < QuickWarming ? WarmingProbe : SlowWarmingProbe;
        turn.Do(new Act.Probe());
        turn.Server(s => s with { ProbeInFlight = true, NextProbeAt = turn.Now.Elapsed + pause });
    }
}
