namespace AwsNats.Supervision;

/// <summary>
/// The short life of our own executable between the agent and the server: `aws-nats exec-server record-file fixed-key executable arguments...`.
/// It does in the child what .NET cannot do between fork and exec: a process group of its own (a terminal's Ctrl-C must not kill the server
/// before it has drained), signals as in a fresh process, no stray descriptors, and the record on disk before the server exists: an agent
/// killed at any instant leaves a server that the next one finds.
/// </summary>
internal static class ServerLauncher
{
    /// <summary>The hidden verb. Program calls <see cref="Run"/> before anything else when it is the first argument.</summary>
    public const string Verb = "exec-server";

    /// <summary>Exit codes of a launch that failed. 126 and 127 are the shell's for the same two cases.</summary>
    public const int BadArguments = 124, NoRecord = 125, NotExecutable = 126, NotFound = 127;

    private const int VerbAt = 0, RecordAt = 1, KeyAt = 2, ExecutableAt = 3;

    /// <summary>The whole argument vector that starts a server through the launcher.</summary>
    public static string[] Arguments(string recordPath, string fixedKey, string executable, params ReadOnlySpan<string> arguments) =>
        [Verb, recordPath, fixedKey, executable, .. arguments];

    /// <summary>Becomes the server.</summary>
    /// <returns>Only when it could not: an exit code, with the reason on standard error.</returns>
    public static int Run(string[] args)
    {
        if (args.Length <= ExecutableAt || args[VerbAt] != Verb)
            return Fail(BadArguments, $"{Verb} is how the agent starts its server; it wants: record-file fixed-key executable [arguments]");

        var executable = args[ExecutableAt];
        Posix.LeadOwnGroup();
        if (Record(Posix.OwnPid, executable, ConfigPath(args), args[KeyAt]) is not { } record)
            return Fail(NoRecord, "/proc does not show this process: is it mounted?");
        if (ServerRecordFile.Write(args[RecordAt], record) is { } fault)
            return Fail(NoRecord, $"the server record {args[RecordAt]} cannot be written: {fault}");

        CloseStrayDescriptors();
        Posix.ResetSignals();
        Posix.Execute(executable, args.AsSpan(ExecutableAt));
        var (error, words) = (Posix.LastError, Posix.LastErrorText);
        ServerRecordFile.Remove(args[RecordAt]);
        return Fail(error == Posix.NoSuchFile ? NotFound : NotExecutable, $"{executable} cannot be run: {words}");
    }

    /// <returns>Null when /proc does not show the process.</returns>
    public static ServerRecord? Record(int pid, string executable, string configPath, string fixedKey) =>
        ProcessTable.Stat(pid) is { } stat && ProcessTable.BootId() is { } boot
            ? new ServerRecord(pid, stat.StartTicks, boot, Posix.RealPath(executable) ?? executable, configPath, fixedKey)
            : null;

    private static string ConfigPath(string[] args)
    {
        var flag = Array.IndexOf(args, "-c", ExecutableAt);
        return flag >= 0 && flag + 1 < args.Length ? args[flag + 1] : "";
    }

    /// <summary>The agent opens everything close-on-exec; what it inherited itself, from a shell for example, is not the server's business.</summary>
    private static void CloseStrayDescriptors()
    {
        const int firstStray = 3; // 0, 1 and 2 are the standard streams
        try
        {
            foreach (var entry in Directory.GetFileSystemEntries("/proc/self/fd"))
            {
                if (int.TryParse(Path.GetFileName(entry), out var descriptor) && descriptor >= firstStray) Posix.CloseAtExec(descriptor);
            }
        }
        catch (IOException)
        {
            // Without /proc/self/fd the server keeps a descriptor that it never touches: no reason not to start.
        }
    }

    private static int Fail(int code, string words)
    {
        Console.Error.WriteLine($"aws-nats: {words}");
        return code;
    }
}
