using LocalCluster;

namespace Bench;

/// <summary>The nats-server lines that ./build.sh deps brought.</summary>
internal static class Servers
{
    /// <summary>For example 2.15.</summary>
    public static string Newest { get; } = Directory.EnumerateDirectories(Path.Combine(Repository.Root, ".deps", "nats-server"))
        .Select(folder => Version.TryParse(Path.GetFileName(folder), out var line) ? line : null)
        .Max()?.ToString() ?? throw new DirectoryNotFoundException("No nats-server below .deps: run ./build.sh deps");

    public static string NewestFolder => Repository.ServerFolder(Newest);
}
