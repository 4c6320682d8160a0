namespace LocalCluster;

/// <summary>One running agent: the published native binary unless told otherwise.</summary>
public sealed class AgentProcess : IAsyncDisposable
{
    private readonly ChildProcess process;

    private AgentProcess(ChildProcess process) => this.process = process;

    public int Pid => process.Pid;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <summary>All that this agent, its server, and earlier agents of the same node have said.</summary>
    public string Log => process.ErrorText;

    /// <summary>Its server: the child that is no configuration test and no version question; null when there is none.</summary>
    public int? ServerPid => ServerAmong(ProcFs.Children(Pid));

    /// <param name="arguments">For example -c and -n with their files.</param>
    /// <param name="environment">All of it.</param>
    /// <param name="log">Path without extension: .err gets standard error.</param>
    public static AgentProcess Start(
        string binary, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, Subnet subnet, string folder, string log) =>
        new(ChildProcess.Start(binary, arguments, environment, subnet, folder, log));

    /// <summary>TERM: drain.</summary>
    public void Terminate() => process.Signal(Posix.Terminate);

    /// <summary>KILL: gone without a word; its server stays.</summary>
    public void Kill() => process.Signal(Posix.Kill);

    public void Signal(int signal) => process.Signal(signal);

    /// <inheritdoc cref="ChildProcess.WaitForExitAsync"/>
    public Task<int> WaitForExitAsync(TimeSpan deadline) => process.WaitForExitAsync(deadline);

    public Task WaitForLogAsync(string text, TimeSpan deadline) => Wait.UntilAsync(
        () => Log.Contains(text, StringComparison.Ordinal), deadline, () => $"'{text}' is not in the log, which ends:\n{ChildProcess.Tail(Log)}");

    public ValueTask DisposeAsync() => process.DisposeAsync();

    internal static int? ServerAmong(IEnumerable<int> pids) => pids.Where(IsServer).Select(p => (int?)p).FirstOrDefault();

    /// <summary>Runs on a configuration file, and is neither a test of one nor a question for the version.</summary>
    internal static bool IsServer(int pid)
    {
        var arguments = ProcFs.CommandLine(pid);
        // -n: a child that the agent has forked, and that still bears its parent's command line for the moment before it becomes something else.
        return arguments.Contains("-c") && !arguments.Contains("-n") && !arguments.Contains("-t") && !arguments.Contains("-v") && !arguments.Contains("--version");
    }
}
