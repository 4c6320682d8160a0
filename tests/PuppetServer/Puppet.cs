using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PuppetServer;

/// <summary>The puppet as a running server.</summary>
internal static class Puppet
{
    /// <summary>The signals that nats-server knows. The raw number of USR2 is 12.</summary>
    private static readonly (PosixSignal Signal, string Name)[] Known =
        [(PosixSignal.SIGHUP, "HUP"), (PosixSignal.SIGINT, "INT"), (PosixSignal.SIGTERM, "TERM"), ((PosixSignal)12, "USR2")];

    public static async Task<int> RunAsync(Orders orders)
    {
        var end = new TaskCompletionSource<int>();
        var ignored = (orders.Text("ignore") ?? "").Split(',');
        var notes = orders.Text("signals");
        var monitor = orders.Text("monitor") is { } address ? FakeMonitor.Start(address) : null;
        var registrations = Known.Select(known => PosixSignalRegistration.Create(known.Signal, context =>
        {
            context.Cancel = true;
            Note(notes, known.Name);
            if (ignored.Contains(known.Name)) return;
            if (known.Signal == PosixSignal.SIGHUP) monitor?.Reloaded();
            else end.TrySetResult(orders.Number("exit-on-signal") ?? 0);
        })).ToList();

        if (orders.Text("grandchild") is { } file) StartGrandchild(file);
        Note(notes, "ready");
        if (orders.Number("exit") is { } code)
        {
            await Task.Delay(orders.Number("after") ?? 0);
            return code;
        }

        var result = await end.Task;
        registrations.ForEach(registration => registration.Dispose());
        return result;
    }

    private static void StartGrandchild(string file)
    {
        using var child = Process.Start(Environment.ProcessPath!, ["--puppet=signals " + file + ".signals"]);
        File.WriteAllText(file + ".new", $"{child.Id}");
        File.Move(file + ".new", file);
    }

    private static void Note(string? file, string line)
    {
        if (file is null) return;
        lock (Known) File.AppendAllText(file, line + "\n"); // two signals may come at once
    }
}
