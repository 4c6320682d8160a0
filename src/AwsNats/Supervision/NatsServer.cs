using System.ComponentModel;
using System.Diagnostics;

namespace AwsNats.Supervision;

/// <summary>What a <see cref="NatsServer"/> needs to know to start one.</summary>
/// <param name="Launcher">
/// Path of our own executable, with leading arguments if it has any, which runs <see cref="ServerLauncher"/>. Null starts the server directly: in
/// our process group and with a moment between its start and its record.
/// </param>
/// <param name="Setting">[server] server; see <see cref="ExecutableSearch"/>.</param>
/// <param name="PathVariable">PATH.</param>
/// <param name="ConfigPath">What the server is given by -c.</param>
/// <param name="RecordPath">Where the running server is recorded.</param>
/// <param name="Listens">What must be free before a start.</param>
internal sealed record ServerLaunch(
    string[]? Launcher,
    string? Setting,
    string? PathVariable,
    string ConfigPath,
    string RecordPath,
    IReadOnlyList<ListenAddress> Listens);

/// <summary>
/// The server as a process. It inherits our standard streams and gets no pipe from us, since a Go program dies at its next log line once the
/// reader of the pipe is gone, and the server is meant to outlive a killed agent.
/// </summary>
/// <remarks>
/// A signal in the server's first milliseconds, before it has its handlers, kills it, HUP too: callers send none but KILL before its monitor
/// has answered. Every signal is preceded by a comparison of the start time, so that a pid that was given to another process gets none.
/// </remarks>
internal sealed class NatsServer(ServerLaunch launch, TimeProvider time) : IServer
{
    /// <summary>2 ms: the launcher takes about 5.</summary>
    private static readonly TimeSpan LaunchPoll = TimeSpan.FromMilliseconds(2);

    /// <summary>10 s: the launcher writes one small file; a disk that takes longer serves no server.</summary>
    private static readonly TimeSpan LaunchDeadline = TimeSpan.FromSeconds(10);

    /// <summary>250 ms: only its parent is told of a process's end, and an adopted server has another. A look costs about 10 microseconds.</summary>
    private static readonly TimeSpan AdoptedPoll = TimeSpan.FromMilliseconds(250);

    private volatile Running? running;

    /// <param name="StartTicks">With the pid, which process it is.</param>
    /// <param name="Exit">Ends when it has ended.</param>
    private sealed record Running(int Pid, long StartTicks, Task<ServerExit> Exit);

    public async Task<StartAnswer> StartAsync(string fixedKey, CancellationToken cancellation)
    {
        if (running is { Exit.IsCompleted: false }) throw new InvalidOperationException("a server is running already: a second one is never started");
        cancellation.ThrowIfCancellationRequested();
        var (executable, fault) = ExecutableSearch.Find(launch.Setting, launch.PathVariable);
        if (executable is null) return new StartAnswer(null, fault);
        if (ListenCheck.Fault(launch.Listens) is { } taken) return new StartAnswer(null, taken);

        Process process;
        try
        {
            process = Process.Start(CommandFor(executable, fixedKey))!;
        }
        catch (Exception exception) when (exception is Win32Exception or IOException or UnauthorizedAccessException)
        {
            return new StartAnswer(null, $"{launch.Launcher?[0] ?? executable} cannot be run: {exception.Message}");
        }

        // From here on a process exists: no cancellation may lose it.
        var pid = process.Id;
        var exit = ExitOfChildAsync(process);
        running = new Running(pid, ProcessTable.Stat(pid)?.StartTicks ?? 0, exit);
        if (launch.Launcher is null) RecordDirect(pid, executable, fixedKey);
        var failure = launch.Launcher is null ? null : await LaunchedAsync(pid, exit, executable).ConfigureAwait(false);
        if (failure is null) return new StartAnswer(pid, null);
        running = null;
        return new StartAnswer(null, failure);
    }

    public AdoptedServer? Adopt()
    {
        var record = ServerRecordFile.Read(launch.RecordPath);
        if (record is not null && record.ConfigPath != launch.ConfigPath) return null; // another configuration's: its agent will look for it
        if (record is not null && IsOurs(record))
        {
            running = new Running(record.Pid, record.StartTicks, EndOfAdoptedAsync(record.Pid, record.StartTicks));
            return new AdoptedServer(record.Pid, record.FixedKey);
        }

        ServerRecordFile.Remove(launch.RecordPath);
        return null;
    }

    public Task<ServerExit> WaitForExitAsync() =>
        running?.Exit ?? throw new InvalidOperationException("no server was started or adopted, so none can end");

    public void Signal(ServerSignal signal)
    {
        if (running is not { } server || !ProcessTable.Runs(server.Pid, server.StartTicks)) return;
        var number = signal switch
        {
            ServerSignal.Reload => 1, // HUP
            ServerSignal.LameDuck => 12, // USR2
            ServerSignal.Interrupt => 2, // INT
            ServerSignal.Kill => 9, // KILL
            _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, null),
        };
        // Whatever it forked dies with it, but only when the group is its own: without the launcher it is in ours.
        if (signal == ServerSignal.Kill && Posix.LeadsItsGroup(server.Pid)) Posix.SendSignalToGroup(server.Pid, number);
        else Posix.SendSignal(server.Pid, number);
    }

    private ProcessStartInfo CommandFor(string executable, string fixedKey)
    {
        string[] server = ["-c", launch.ConfigPath];
        return launch.Launcher is not { } launcher
            ? new ProcessStartInfo(executable, server)
            : new ProcessStartInfo(launcher[0], [.. launcher[1..], .. ServerLauncher.Arguments(launch.RecordPath, fixedKey, executable, server)]);
    }

    /// <summary>Waits until the launcher has become the server.</summary>
    /// <returns>Null, or why it could not.</returns>
    private async Task<string?> LaunchedAsync(int pid, Task<ServerExit> exit, string executable)
    {
        var since = time.GetTimestamp();
        while (!exit.IsCompleted)
        {
            var arguments = ProcessTable.CommandLine(pid);
            // The verb is gone from the command line once the server's own has taken its place; it is empty in the midst of exec.
            if (arguments.Length > 0 && !arguments.Contains(ServerLauncher.Verb)) return null;
            if (time.GetElapsedTime(since) > LaunchDeadline)
            {
                Posix.SendSignal(pid, 9); // KILL
                await exit.ConfigureAwait(false);
                return $"{executable} did not start within {LaunchDeadline.TotalSeconds:0} s: is the disk of {launch.RecordPath} stuck?";
            }

            await Task.WhenAny(exit, Task.Delay(LaunchPoll, time)).ConfigureAwait(false);
        }

        return (await exit.ConfigureAwait(false)).Code switch
        {
            ServerLauncher.NotFound => $"{executable} cannot be run: it, or the interpreter or loader that it names, does not exist",
            ServerLauncher.NotExecutable =>
                $"{executable} cannot be run: not executable by this user, not a program of this architecture, or on a file system mounted noexec",
            ServerLauncher.NoRecord =>
                $"the record of the server, {launch.RecordPath}, cannot be written: check its directory's owner and the disk's space, and that /proc is mounted",
            ServerLauncher.BadArguments => $"{launch.Launcher![0]} does not understand how to start a server: is it this version of aws-nats?",
            _ => null, // the server itself ended at once: that is an exit, not a failed start
        };
    }

    private void RecordDirect(int pid, string executable, string fixedKey)
    {
        // A server that has already ended needs no record.
        if (ServerLauncher.Record(pid, executable, launch.ConfigPath, fixedKey) is { } record) ServerRecordFile.Write(launch.RecordPath, record);
    }

    private async Task<ServerExit> ExitOfChildAsync(Process process)
    {
        using (process)
        {
            await process.WaitForExitAsync().ConfigureAwait(false);
            ServerRecordFile.Remove(launch.RecordPath);
            return ServerExits.FromProcess(process.ExitCode);
        }
    }

    private async Task<ServerExit> EndOfAdoptedAsync(int pid, long startTicks)
    {
        while (ProcessTable.Runs(pid, startTicks)) await Task.Delay(AdoptedPoll, time).ConfigureAwait(false);
        ServerRecordFile.Remove(launch.RecordPath);
        return new ServerExit(null, null);
    }

    /// <summary>
    /// Pid, start time and boot say that it is the recorded process; executable or command line, that it became the server. The command line
    /// stands in where the executable says nothing: a wrapper script, or a server with file capabilities, whose /proc/pid/exe is hidden.
    /// </summary>
    private static bool IsOurs(ServerRecord record) =>
        record.BootId == ProcessTable.BootId()
        && ProcessTable.Runs(record.Pid, record.StartTicks)
        && (ProcessTable.Executable(record.Pid) == record.Executable || ProcessTable.CommandLine(record.Pid).Contains(record.ConfigPath));
}
