using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace AwsNats.Supervision;

/// <summary>Asks the executable on disk. These runs are short, so they may have pipes; the server itself never gets one.</summary>
/// <param name="setting">[server] server: a path or a name; null for nats-server, else gnatsd.</param>
/// <param name="pathVariable">PATH.</param>
internal sealed class ServerExecutable(string? setting, string? pathVariable, TimeProvider time) : IServerExecutable
{
    /// <summary>5 s: printing a version takes milliseconds, but the first read of a fresh volume's blocks may take seconds.</summary>
    public static readonly TimeSpan VersionDeadline = TimeSpan.FromSeconds(5);

    /// <summary>10 s: the test resolves host names in the file, and one lost DNS query costs 5 s.</summary>
    public static readonly TimeSpan TestDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Characters read of each stream; arbitrary: far more than is ever shown.</summary>
    private const int OutputLimit = 16 * 1024;

    private VersionAnswer? known;

    /// <summary>The version as far as it is known by now; <see cref="ServerVersion.Unknown"/> before <see cref="VersionAsync"/> has answered.</summary>
    public Version Version => known?.Version ?? ServerVersion.Unknown;

    public async Task<VersionAnswer> VersionAsync(CancellationToken cancellation)
    {
        if (known is not null) return known;
        var (path, fault) = ExecutableSearch.Find(setting, pathVariable);
        if (path is null) return new VersionAnswer(null, null, fault);

        var run = await RunAsync(path, ["--version"], VersionDeadline, cancellation).ConfigureAwait(false);
        if (run.Fault is not null) return new VersionAnswer(path, null, run.Fault);
        return known = new VersionAnswer(path, ServerVersion.Parse(run.Output), null);
    }

    public async Task<string?> TestAsync(string path, CancellationToken cancellation)
    {
        var answer = await VersionAsync(cancellation).ConfigureAwait(false);
        if (answer.Path is null || answer.Version is null) return answer.Fault;
        if (!ServerVersion.CanTest(answer.Version)) return null;

        var run = await RunAsync(answer.Path, ["-t", "-c", path], TestDeadline, cancellation).ConfigureAwait(false);
        if (run.Fault is not null) return run.Fault;
        if (run.Code == 0) return null;
        var words = ServerWords.OneLine(run.Output);
        return words.Length > 0 ? words : $"{answer.Path} -t -c {path} ended with {ServerExits.FromProcess(run.Code)} and no word";
    }

    private sealed record Run(int Code, string Output, string? Fault);

    private async Task<Run> RunAsync(string path, string[] arguments, TimeSpan deadline, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Exception fault) when (fault is Win32Exception or IOException or UnauthorizedAccessException)
        {
            return new Run(0, "", $"{path} cannot be run: {fault.Message}");
        }

        using (process)
        {
            var output = ReadAsync(process.StandardOutput, both.Token);
            var errors = ReadAsync(process.StandardError, both.Token);
            try
            {
                await process.WaitForExitAsync(both.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await Task.WhenAll(output, errors).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                return new Run(0, "", $"{path} {string.Join(' ', arguments)} gave no answer within {deadline.TotalSeconds:0} s and was killed");
            }

            return new Run(process.ExitCode, await errors.ConfigureAwait(false) + "\n" + await output.ConfigureAwait(false), null);
        }
    }

    /// <summary>
    /// Reads to the end, keeping the first part only. A child of a wrapper script may hold the pipe open for ever: at the deadline what has
    /// come so far is the output.
    /// </summary>
    private static async Task<string> ReadAsync(StreamReader reader, CancellationToken cancellation)
    {
        var kept = new StringBuilder();
        var buffer = new char[1024];
        try
        {
            for (int count; (count = await reader.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0;)
                kept.Append(buffer, 0, Math.Min(count, OutputLimit - kept.Length));
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
        }

        return kept.ToString();
    }
}
