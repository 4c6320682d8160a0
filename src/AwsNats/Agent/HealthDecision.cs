using System.Collections.Immutable;
using AwsNats.Health;
using AwsNats.Supervision;
using AwsNats.Telemetry;

namespace AwsNats.Agent;

/// <summary>What the Auto Scaling group is told: Healthy once, and Unhealthy as the last resort, past the fleet brake.</summary>
internal static class HealthDecision
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5); // arbitrary: contention passes in seconds, a grace period in minutes

    /// <summary>After three quick tries the waiting is better spent on another start of the server.</summary>
    private const int QuickTries = 3;

    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(60);

    public static void Step(Turn turn)
    {
        if (turn.Seen.Report is { } report) TakeReport(turn, report);
        if (turn.State.Exit is not null || turn.State.Drain is not null || turn.State.Health.Reporting is not null) return;
        if (turn.State.Health.Failure is { } failure) Fail(turn, failure);
        else SayHealthy(turn);
    }

    /// <summary>The restart limit is spent.</summary>
    public static void GiveUp(Turn turn, ImmutableArray<Death> deaths)
    {
        var code = deaths.All(death => death.NeverRan) ? ExitCode.ServerNotStarted : ExitCode.ServerKeptDying;
        var failure = new Failure(code, RestartPolicy.Describe(deaths, turn.State.Settings.RestartWindow), HeldUntil: null);
        turn.Say(Messages.GivingUp(failure, turn.State.Settings));
        turn.Health(h => h with { Failure = failure, Tries = 0, NextTryAt = turn.Now.Elapsed });
        turn.State = turn.State with { Phase = Phase.Failing };
    }

    /// <summary>A start during a hold of the brake succeeded.</summary>
    public static void ServerRecovered(Turn turn)
    {
        if (turn.State.Health.Failure is not null) turn.Say(Messages.Recovered());
        turn.Health(h => h with { Failure = null });
    }

    /// <summary>The one start that a hold allows failed too; the row tells the newest death, and the hold goes on.</summary>
    public static void HoldAttemptFailed(Turn turn)
    {
        if (turn.State.Health.Failure is not { } failure) return;
        var until = failure.HeldUntil ?? turn.Now.Elapsed;
        var description = RestartPolicy.Describe(turn.State.Server.Deaths, turn.State.Settings.RestartWindow);
        turn.Health(h => h with { Failure = failure with { Description = description, HeldUntil = until } });
        turn.Server(s => s with { StartAt = TimeSpan.MaxValue });
    }

    private static void SayHealthy(Turn turn)
    {
        var health = turn.State.Health;
        if (health.HealthySettled || health.Impossible || !turn.State.Settings.ReportHealth || turn.State.Server.Condition != ServerCondition.Up) return;
        turn.WakeAt(health.NextTryAt);
        if (!turn.Due(health.NextTryAt)) return;
        turn.Do(new Act.Report(Healthy: true, RespectGracePeriod: true));
        turn.Health(h => h with { Reporting = true });
    }

    /// <summary>Held: at the hold's end one more start, and when that fails look again. Due: by the beat that has just told our intent, the brake decides.</summary>
    private static void Fail(Turn turn, Failure failure)
    {
        if (failure.HeldUntil is { } until)
        {
            turn.WakeAt(until);
            if (turn.Due(until) && turn.State.Server is { Condition: ServerCondition.Down, AskingVersion: false } && !turn.State.Config.InFlight)
            {
                turn.Config(c => c with { ReadyToLaunch = null });
                turn.Health(h => h with { Failure = failure with { HeldUntil = null }, NextTryAt = turn.Now.Elapsed });
            }

            return;
        }

        if (!turn.State.Settings.ReportHealth || turn.State.Health.Impossible)
        {
            LeaveUnreported(turn, failure);
            return;
        }

        turn.WakeAt(turn.State.Health.NextTryAt);
        if (!turn.Due(turn.State.Health.NextTryAt) || turn.Seen.Beat is not { Heartbeat.ReportedAt: not null } beat) return;
        var brake = beat.Fault is { } fault
            ? new BrakeVerdict($"the table cannot be asked how the others are ({fault.Message})")
            : HealthPolicy.Judge(turn.State.Registry.Roster, turn.AwsNow, turn.State.Settings.HeartbeatInterval);
        if (brake.Hold is { } reason) Hold(turn, failure, reason);
        else Report(turn);
    }

    private static void Hold(Turn turn, Failure failure, string reason)
    {
        var pause = HealthPolicy.HoldFor(turn.State.Health.Holds, turn.State.Settings.HeartbeatInterval, turn.Seen.Dice);
        turn.Say(Messages.BrakeHolds(reason, pause));
        turn.Health(h => h with { Holds = h.Holds + 1, Failure = failure with { HeldUntil = turn.Now.Elapsed + pause } });
        // The start comes last: whatever was mended during the hold makes the report needless, and a server that is healthy for a moment does not cut it short.
        turn.Server(s => s with { StartAt = turn.Now.Elapsed + pause });
    }

    private static void Report(Turn turn)
    {
        turn.Do(new Act.Report(Healthy: false, RespectGracePeriod: !turn.State.Server.EverUp));
        turn.Health(h => h with { Reporting = false });
    }

    /// <summary>Nobody can be told: the row says it, and the agent ends once the row could be written or is given up.</summary>
    private static void LeaveUnreported(Turn turn, Failure failure)
    {
        if (turn.Seen.Beat is not { Heartbeat.Status: Registry.NodeStatus.Error }) return;
        turn.Say(Messages.LeavingUnreported());
        turn.State = turn.State with { Exit = failure.Code };
    }

    private static void TakeReport(Turn turn, ReportAnswer report)
    {
        var healthy = turn.State.Health.Reporting == true;
        turn.Health(h => h with { Reporting = null });
        switch (report.Outcome)
        {
            case ReportOutcome.Done:
                turn.Say(Messages.Reported(healthy));
                if (healthy) turn.Health(h => h with { HealthySettled = true, Tries = 0 });
                else if (turn.State.Health.Failure is { } failure && turn.State.Drain is null) turn.State = turn.State with { Exit = failure.Code };
                break;
            case ReportOutcome.TryAgain:
                TryAgain(turn, healthy, report.Message);
                break;
            default:
                turn.Say(Messages.ReportImpossible(report));
                // Unhealthy is tried even so, should it come to that: somebody may have given the right by then.
                turn.Health(h => healthy ? h with { HealthySettled = true } : h with { Impossible = true });
                break;
        }
    }

    private static void TryAgain(Turn turn, bool healthy, string? message)
    {
        var tries = turn.State.Health.Tries;
        if (!healthy && tries >= QuickTries && turn.State.Health.Failure is { } failure)
        {
            Hold(turn, failure, $"Auto Scaling does not take the report: {message}");
            return;
        }

        var pause = FirstRetry * Math.Pow(2, Math.Min(tries, 10));
        if (pause > LongestRetry) pause = LongestRetry;
        if (tries == 0 || !healthy) turn.Say(Messages.ReportDelayed(healthy, message, pause));
        turn.Health(h => h with { Tries = h.Tries + 1, NextTryAt = turn.Now.Elapsed + pause });
    }
}
