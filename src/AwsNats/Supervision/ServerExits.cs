namespace AwsNats.Supervision;

/// <summary>Reads the exit code of an own child.</summary>
internal static class ServerExits
{
    /// <summary>
    /// .NET reaps our children and gives 128 + n for one that died of signal n, the shell's convention, so that a real exit code from 129 to 192
    /// looks the same. nats-server itself exits with 0, 1 or (Go's panic) 2: such a code is a signal.
    /// </summary>
    private const int SignalBase = 128, LastSignal = 64;

    public static ServerExit FromProcess(int code) =>
        code is > SignalBase and <= SignalBase + LastSignal ? new ServerExit(null, code - SignalBase) : new ServerExit(code, null);
}
