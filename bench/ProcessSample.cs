using System.Globalization;

namespace Bench;

/// <summary>What /proc says of one process at one moment.</summary>
/// <param name="Resident">VmRSS, bytes.</param>
/// <param name="Proportional">Pss of smaps_rollup, bytes: pages shared with others are counted by shares.</param>
/// <param name="Threads">Number of threads.</param>
/// <param name="Processor">User and system time so far, its own only; in steps of 10 ms.</param>
internal sealed record ProcessSample(long Resident, long Proportional, int Threads, TimeSpan Processor)
{
    private const double TicksPerSecond = 100; // USER_HZ: what /proc/PID/stat counts in on every Linux of today
    private const int UserField = 11; // utime, counted from the state that follows the name
    private const int SystemField = 12; // stime

    /// <exception cref="IOException">There is no such process (any more).</exception>
    public static ProcessSample Of(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the name may hold blanks and brackets
        var ticks = Number(fields[UserField]) + Number(fields[SystemField]);
        var status = $"/proc/{pid}/status";
        return new ProcessSample(
            Kilobytes(status, "VmRSS:"), Kilobytes($"/proc/{pid}/smaps_rollup", "Pss:"), (int)Line(status, "Threads:"), TimeSpan.FromSeconds(ticks / TicksPerSecond));
    }

    private static long Kilobytes(string path, string field) => Line(path, field) * 1024;

    private static long Line(string path, string field) => File.ReadLines(path)
        .Where(line => line.StartsWith(field, StringComparison.Ordinal))
        .Select(line => Number(line[field.Length..].Replace("kB", "", StringComparison.Ordinal)))
        .First();

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
