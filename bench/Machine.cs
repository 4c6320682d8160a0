using System.Diagnostics;
using System.Globalization;

namespace Bench;

/// <summary>Where the numbers come from: without it they mean nothing.</summary>
internal static class Machine
{
    private const long BytesPerGibibyte = 1L << 30;

    /// <summary>Processor, cores, memory, kernel, distribution, and how busy it was before the run.</summary>
    public static string Describe()
    {
        var processor = Field("/proc/cpuinfo", "model name", ':') ?? Field("/proc/cpuinfo", "CPU part", ':') ?? "unknown processor";
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)BytesPerGibibyte;
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var distribution = Field("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"') ?? "unknown distribution";
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        return string.Create(CultureInfo.InvariantCulture,
            $"{processor}, {Environment.ProcessorCount} cores, {memory:0} GiB; Linux {kernel}; {distribution}; load average {load} before the run");
    }

    /// <summary>First line that a program prints; a reason in its place when it does not.</summary>
    public static string Ask(string file, params string[] arguments)
    {
        try
        {
            var info = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(info)!;
            var line = process.StandardOutput.ReadLine();
            process.WaitForExit();
            return process.ExitCode == 0 && line is not null ? line : $"{Path.GetFileName(file)} of unknown version";
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            return $"no {file}";
        }
    }

    private static string? Field(string path, string name, char separator) => File.ReadLines(path)
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => line[(line.IndexOf(separator, StringComparison.Ordinal) + 1)..].Trim())
        .FirstOrDefault();
}
