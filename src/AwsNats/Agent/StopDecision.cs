using AwsNats.Supervision;
using AwsNats.Telemetry;

namespace AwsNats.Agent;

/// <summary>How a server is stopped, for whatever reason: gently where there is something to lose, and harder step by step.</summary>
internal static class StopDecision
{
    /// <summary>What a server gets to react to INT before KILL.</summary>
    private static readonly TimeSpan InterruptGrace = TimeSpan.FromSeconds(5);

    /// <summary>What lame duck gets beyond its own duration.</summary>
    private static readonly TimeSpan LameDuckMargin = TimeSpan.FromSeconds(5);

    private static readonly Version FirstWithLameDuck = new(2, 0); // older ones know USR2 only from 1.4, and not in every build

    /// <summary>Lame duck where the server knows it and has clients to lose, else INT; each followed by something harder.</summary>
    public static void Stop(Turn turn, string why, bool gently, bool counts)
    {
        var version = turn.State.Server.Version?.Version;
        // An adopted server has clients before our first probe of it.
        var mayHaveClients = turn.State.Server.Condition == ServerCondition.Up || turn.State.Config.ForceReload;
        var lameDuck = gently && mayHaveClients && (version is null || version == new Version(0, 0, 0) || version >= FirstWithLameDuck);
        var first = lameDuck ? ServerSignal.LameDuck : ServerSignal.Interrupt;
        var patience = lameDuck ? turn.State.Settings.LameDuckDuration + LameDuckMargin : InterruptGrace;
        turn.Do(new Act.SignalServer(first));
        turn.Say(Messages.ServerStopping(why, first, patience));
        turn.Server(s => s with { Stopping = new Stopping(why, counts, first, turn.Now.Elapsed + patience) });
    }

    /// <summary>The next harder signal, now.</summary>
    public static void Harder(Turn turn)
    {
        if (turn.State.Server.Stopping is not { } stopping || stopping.Last == ServerSignal.Kill) return;
        var next = stopping.Last == ServerSignal.LameDuck ? ServerSignal.Interrupt : ServerSignal.Kill;
        turn.Do(new Act.SignalServer(next));
        turn.Say(Messages.ServerStopping(stopping.Why, next, InterruptGrace));
        turn.Server(s => s with { Stopping = stopping with { Last = next, EscalateAt = turn.Now.Elapsed + InterruptGrace } });
    }

    public static void Escalate(Turn turn)
    {
        if (turn.State.Server.Stopping is not { } stopping) return;
        turn.WakeAt(stopping.EscalateAt);
        if (turn.Due(stopping.EscalateAt)) Harder(turn);
    }
}
