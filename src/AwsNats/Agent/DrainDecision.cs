using AwsNats.Registry;
using AwsNats.Telemetry;

namespace AwsNats.Agent;

/// <summary>Leaving in good order: the row says so, the server drains, the row goes, exit 0. Never a report.</summary>
internal static class DrainDecision
{
    /// <summary>3 s: what the row's `draining` may cost a drain while AWS is away.</summary>
    private static readonly TimeSpan TellingBudget = TimeSpan.FromSeconds(3);

    private const int RowTries = 3; // arbitrary: a row left behind is deleted by the others all the same
    private static readonly TimeSpan RowRetry = TimeSpan.FromSeconds(1);

    /// <summary>A stop signal came: the first drains, every further one takes the next harder step.</summary>
    public static void Asked(Turn turn, int signals)
    {
        if (turn.State.Drain is { } drain)
        {
            turn.State = turn.State with { Drain = drain with { Signals = drain.Signals + signals, Told = true } };
            if (turn.State.Server.Stopping is not null) StopDecision.Harder(turn);
            return;
        }

        turn.Say(Messages.Draining());
        turn.State = turn.State with
        {
            Phase = Phase.Draining,
            Drain = new DrainState(turn.Now.Elapsed, signals, Told: signals > 1, RowTries: 0, RowInFlight: false, NextRowTryAt: turn.Now.Elapsed),
        };
    }

    public static void Step(Turn turn)
    {
        if (turn.State.Drain is not { } drain || turn.State.Exit is not null) return;
        if (turn.Seen.OwnRowDeleted is { } reply) TakeRow(turn, drain, reply);
        if (turn.State.Exit is not null) return;
        drain = turn.State.Drain!;
        if (!drain.Told)
        {
            if (turn.Seen.Beat is not { Heartbeat.Status: NodeStatus.Draining } && !turn.Due(drain.Since + TellingBudget))
            {
                turn.WakeAt(drain.Since + TellingBudget);
                return;
            }

            turn.State = turn.State with { Drain = drain = drain with { Told = true } };
        }

        switch (turn.State.Server)
        {
            case { IsRunning: true, Stopping: null }:
                StopDecision.Stop(turn, "the agent was asked to stop", gently: drain.Signals < 2, counts: false);
                break;
            case { Condition: ServerCondition.Down }:
                DeleteRow(turn, drain);
                break;
        }
    }

    private static void DeleteRow(Turn turn, DrainState drain)
    {
        // A heartbeat still under way could bring the row back.
        if (turn.State.Registry.InFlight || turn.State.Config.InFlight || drain.RowInFlight) return;
        turn.WakeAt(drain.NextRowTryAt);
        if (!turn.Due(drain.NextRowTryAt)) return;
        turn.Do(new Act.DeleteOwnRow());
        turn.State = turn.State with { Drain = drain with { RowInFlight = true, RowTries = drain.RowTries + 1 } };
    }

    private static void TakeRow(Turn turn, DrainState drain, RegistryReply reply)
    {
        turn.State = turn.State with { Drain = drain with { RowInFlight = false, NextRowTryAt = turn.Now.Elapsed + RowRetry } };
        if (reply.Fault is { } fault && drain.RowTries < RowTries && drain.Signals < 2) return;
        turn.Say(Messages.Drained(reply.Fault, turn.Now.Elapsed - drain.Since));
        turn.State = turn.State with { Exit = ExitCode.Stopped };
    }
}
