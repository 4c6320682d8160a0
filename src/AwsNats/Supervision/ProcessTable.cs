using System.Text;

namespace AwsNats.Supervision;

/// <summary>What /proc says about other processes. Nothing here throws: a process that is gone or hidden reads as null.</summary>
internal static class ProcessTable
{
    /// <summary>Put behind the path of a program whose file was replaced or removed since it started (proc_pid_exe(5)).</summary>
    private const string DeletedMark = " (deleted)";

    public static ProcessStat? Stat(int pid) => Read($"/proc/{pid}/stat") is { } text ? ProcessStat.Parse(text) : null;

    /// <summary>Whether it is still the same process and has not ended: the pid alone may have been given to another.</summary>
    public static bool Runs(int pid, long startTicks) => Stat(pid) is { HasEnded: false } stat && stat.StartTicks == startTicks;

    /// <summary>The program's file without links; null also when we may not see it (another user, or a file with capabilities).</summary>
    public static string? Executable(int pid)
    {
        try
        {
            var target = new FileInfo($"/proc/{pid}/exe").LinkTarget;
            return target is not null && target.EndsWith(DeletedMark, StringComparison.Ordinal) ? target[..^DeletedMark.Length] : target;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Its arguments; empty for a process that is ending, or in the midst of exec.</summary>
    public static string[] CommandLine(int pid) =>
        Read($"/proc/{pid}/cmdline") is { Length: > 0 } text ? text.TrimEnd('\0').Split('\0') : [];

    public static string? Name(int pid) => Read($"/proc/{pid}/comm")?.TrimEnd('\n');

    /// <summary>Different after every boot, so that start times of an earlier boot are never compared.</summary>
    public static string? BootId() => Read("/proc/sys/kernel/random/boot_id")?.Trim();

    public static string? Read(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>The two fields of /proc/pid/stat that say which process it is.</summary>
/// <param name="State">R, S, D, T, Z and so on (proc_pid_stat(5)).</param>
/// <param name="StartTicks">When it started, in clock ticks since boot; unchanged by exec.</param>
internal readonly record struct ProcessStat(char State, long StartTicks)
{
    // Field 3 and field 22 of proc_pid_stat(5), counted from the first field behind the name.
    private const int StateField = 0, StartField = 22 - 3;

    /// <summary>Zombie or dead: nobody has reaped it yet, but it serves nobody any more.</summary>
    public bool HasEnded => State is 'Z' or 'X';

    /// <summary>The name, field 2, may itself hold spaces and parentheses: all counting starts at the last closing one.</summary>
    public static ProcessStat? Parse(string text)
    {
        var fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > StartField && long.TryParse(fields[StartField], out var ticks)
            ? new ProcessStat(fields[StateField][0], ticks)
            : null;
    }
}
