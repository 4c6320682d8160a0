using System.Globalization;
using System.Text;

namespace LocalCluster;

/// <summary>What /proc tells about other processes. A process that ends while it is read simply is not there.</summary>
public static class ProcFs
{
    /// <summary>Alive and not a zombie.</summary>
    public static bool IsAlive(int pid) => StatFields(pid) is { } fields && fields[0] is not ("Z" or "X");

    /// <summary>Its children that are alive.</summary>
    public static IReadOnlyList<int> Children(int pid) =>
        [.. Pids().Where(p => StatFields(p) is { } fields && fields[0] is not ("Z" or "X") && fields[1] == pid.ToString(CultureInfo.InvariantCulture))];

    /// <summary>The arguments, the program's own name first; empty when there is no such process.</summary>
    public static IReadOnlyList<string> CommandLine(int pid) => Strings($"/proc/{pid}/cmdline");

    /// <summary>Every living process that was started with this variable, or inherited it; orphans included, ourselves excluded.</summary>
    public static IReadOnlyList<int> WithVariable(string nameAndValue) =>
        [.. Pids().Where(p => p != Environment.ProcessId && Strings($"/proc/{p}/environ").Contains(nameAndValue) && IsAlive(p))];

    /// <summary>Resident memory in bytes; null when there is no such process.</summary>
    public static long? ResidentBytes(int pid) => StatusKilobytes(pid, "VmRSS:") * 1024;

    /// <summary>From /proc/PID/stat, the fields after the name: state, parent, …</summary>
    private static string[]? StatFields(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' '); // the name may hold blanks and brackets
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? StatusKilobytes(int pid, string field)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal));
            return line is null ? null : long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static IEnumerable<int> Pids() => Directory.EnumerateDirectories("/proc")
        .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(p => p > 0);

    private static string[] Strings(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes(path)).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
