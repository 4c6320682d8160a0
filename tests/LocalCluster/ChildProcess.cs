using System.Diagnostics;

namespace LocalCluster;

/// <summary>A process whose output goes to files, never through a pipe of ours, and which carries its subnet's tag.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    private readonly Process process;

    private ChildProcess(Process process, string outputFile, string errorFile)
    {
        this.process = process;
        OutputFile = outputFile;
        ErrorFile = errorFile;
        Pid = process.Id;
    }

    public int Pid { get; }

    public string OutputFile { get; }

    public string ErrorFile { get; }

    public bool HasExited => process.HasExited;

    /// <summary>128 plus the signal's number when a signal ended it.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>Everything it has written to standard error so far, of earlier processes with the same file too.</summary>
    public string ErrorText => ReadShared(ErrorFile);

    public string OutputText => ReadShared(OutputFile);

    /// <param name="environment">All of it: nothing is inherited from us.</param>
    /// <param name="log">Path without extension; .out and .err are appended to.</param>
    public static ChildProcess Start(
        string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, Subnet subnet, string folder, string log)
    {
        // The shell opens the files and becomes the program: same pid, no pipe.
        var info = new ProcessStartInfo("/bin/sh") { WorkingDirectory = folder, UseShellExecute = false };
        foreach (var argument in (string[])["-c", "o=$1 e=$2; shift 2; exec \"$@\" </dev/null >>\"$o\" 2>>\"$e\"", "sh", log + ".out", log + ".err", file])
        {
            info.ArgumentList.Add(argument);
        }
        foreach (var argument in arguments) info.ArgumentList.Add(argument);
        info.Environment.Clear();
        foreach (var (name, value) in environment) info.Environment[name] = value;
        info.Environment[subnet.Tag.Key] = subnet.Tag.Value;
        return new ChildProcess(Process.Start(info)!, log + ".out", log + ".err");
    }

    /// <summary>Nothing happens when it has ended already.</summary>
    public void Signal(int signal)
    {
        if (!process.HasExited) Posix.Signal(Pid, signal);
    }

    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It still runs at the deadline; its last words are in the message.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan deadline)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Process {Pid} still runs after {deadline.TotalSeconds} s. It last said:\n{Tail(ErrorText)}");
        }
        return process.ExitCode;
    }

    /// <summary>Ends it at once if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        Signal(Posix.Kill);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    internal static string Tail(string text) => string.Join('\n', text.TrimEnd().Split('\n').TakeLast(20)); // 20 lines: a screenful

    private static string ReadShared(string path)
    {
        if (!File.Exists(path)) return "";
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
