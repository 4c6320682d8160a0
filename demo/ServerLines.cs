using LocalCluster;

namespace Demo;

/// <summary>Which nats-server the demo runs: the newest line that is there.</summary>
internal static class ServerLines
{
    /// <exception cref="FileNotFoundException">There is none: the message names the command that brings it.</exception>
    public static string Newest()
    {
        var folder = Path.Combine(Repository.Root, ".deps", "nats-server");
        var newest = (Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : [])
            .Where(line => File.Exists(Path.Combine(line, "nats-server")))
            .Select(line => Version.TryParse(Path.GetFileName(line), out var version) ? version : null)
            .Max();
        return newest?.ToString() ?? throw new FileNotFoundException($"{folder} holds no nats-server: run ./build.sh deps");
    }
}
