using AwsNats.Settings;
using AwsNats.Telemetry;

namespace AwsNats.Agent;

/// <summary>
/// What to do next: one pure function of what is known, what was seen and now. Each stage has its page; they run in flow order, and each first
/// takes in what was seen, then plans what is due.
/// </summary>
internal static class Decision
{
    public static Verdict Decide(AgentState state, Observation seen, Moment now)
    {
        var turn = new Turn(state, seen, now);
        TakeSignals(turn);
        RegistryDecision.Step(turn);
        ServerDecision.TakeIn(turn);
        ConfigDecision.Step(turn);
        ServerDecision.Plan(turn);
        HealthDecision.Step(turn);
        DrainDecision.Step(turn);
        RegistryDecision.Plan(turn);
        return turn.Close();
    }

    private static void TakeSignals(Turn turn)
    {
        if (turn.Seen.NewSettings is { } wanted)
        {
            var (effective, waiting) = SettingsChange.Apply(turn.State.Settings, wanted);
            turn.State = turn.State with { Settings = effective };
            turn.Say(Messages.SettingsTaken(waiting));

            // The user's included file is not ours to compare: asked to read again, the server reads again.
            if (turn.State.Server.Condition == ServerCondition.Up) turn.Config(c => c with { ForceReload = true });
        }

        if (turn.Seen.StopSignals > 0) DrainDecision.Asked(turn, turn.Seen.StopSignals);
    }
}
