using System.Runtime.InteropServices;

namespace AwsNats.Commands;

/// <summary>
/// SIGTERM and SIGINT (stop), SIGHUP (read the settings again), from the first moment on: without a handler a signal would end the process
/// at once. Until the agent leads, a stop cancels <see cref="Early"/>.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource early = new();
    private readonly List<PosixSignalRegistration> registrations = [];
    private Action? stop;
    private Action? reread;

    public StopSignals()
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, Reread));
    }

    /// <summary>Cancelled by a stop that comes before the agent leads.</summary>
    public CancellationToken Early => early.Token;

    /// <summary>From now on the agent is told.</summary>
    public void Lead(Action onStop, Action onReread)
    {
        Volatile.Write(ref reread, onReread);
        Volatile.Write(ref stop, onStop);
        if (early.IsCancellationRequested) onStop();
    }

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        early.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Volatile.Read(ref stop) is { } told) told();
        else early.Cancel();
    }

    private void Reread(PosixSignalContext context)
    {
        context.Cancel = true;
        Volatile.Read(ref reread)?.Invoke();
    }
}
