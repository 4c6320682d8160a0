using System.Runtime.InteropServices;
using Demo;

var keep = args is ["--keep"];
if (args.Length > 0 && !keep)
{
    var asked = args is ["--help"] or ["-h"];
    (asked ? Console.Out : Console.Error).WriteLine("""
        usage: ./build.sh demo [--keep]

          --keep   leave the cluster running at the end, until Ctrl-C
        """);
    return asked ? 0 : Performance.Misused;
}

using var stop = new CancellationTokenSource();
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested; // a second one ends us at once
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
return await Performance.RunAsync(keep, stop.Token);
