namespace AwsNats.Supervision;

/// <summary>The nats-server (or gnatsd) that this agent starts, or finds running and adopts.</summary>
internal interface IServer
{
    /// <summary>
    /// Starts it with the configuration file in place. The process is recorded (pid, start time, executable) before it can be lost.
    /// </summary>
    /// <param name="fixedKey">What the record keeps of the configuration, to be compared at adoption.</param>
    Task<StartAnswer> StartAsync(string fixedKey, CancellationToken cancellation);

    /// <summary>Looks for a server that an earlier agent of this configuration left running; from then on it is ours as if started here.</summary>
    /// <returns>Null when there is none.</returns>
    AdoptedServer? Adopt();

    /// <summary>Ends when the running server has ended and been reaped. Callable while one runs.</summary>
    Task<ServerExit> WaitForExitAsync();

    /// <summary>Sends a signal to the server and nobody else; a server that has ended is left alone.</summary>
    void Signal(ServerSignal signal);
}

/// <summary>A server found running.</summary>
internal sealed record AdoptedServer(int Pid, string FixedKey);

/// <summary>Exactly one is set.</summary>
/// <param name="Pid">The running server.</param>
/// <param name="Fault">Why it could not be started, with the repair: not found, not executable, port taken.</param>
internal sealed record StartAnswer(int? Pid, string? Fault);

/// <summary>How the server ended. Both null: unknown, since it was adopted and another process reaped it.</summary>
internal sealed record ServerExit(int? Code, int? Signal)
{
    /// <summary>For logs and the row's description: "exit code 1", "signal 9 (KILL)".</summary>
    public override string ToString() => (Code, Signal) switch
    {
        (_, { } signal) => $"signal {signal} ({PosixSignals.Name(signal)})",
        ({ } code, _) => $"exit code {code}",
        _ => "an unknown exit code (it was adopted)",
    };
}

internal enum ServerSignal
{
    /// <summary>HUP: read the configuration again.</summary>
    Reload,

    /// <summary>USR2: lame duck.</summary>
    LameDuck,

    /// <summary>INT: stop now. TERM does nothing once lame duck has begun.</summary>
    Interrupt,

    /// <summary>KILL.</summary>
    Kill,
}

internal static class PosixSignals
{
    /// <summary>Names of the signals that end a server in practice; others keep their number.</summary>
    public static string Name(int signal) => signal switch
    {
        1 => "HUP", 2 => "INT", 3 => "QUIT", 4 => "ILL", 6 => "ABRT", 7 => "BUS", 8 => "FPE", 9 => "KILL",
        10 => "USR1", 11 => "SEGV", 12 => "USR2", 13 => "PIPE", 15 => "TERM", 31 => "SYS", _ => $"{signal}",
    };
}
