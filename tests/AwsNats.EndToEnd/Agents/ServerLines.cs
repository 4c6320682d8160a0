using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>The oldest and the newest line of nats-server that is here: what works on both works on those between.</summary>
public sealed class ServerLines : TheoryData<string>
{
    public ServerLines()
    {
        var lines = Present();
        Add(lines[0]);
        if (lines.Count > 1) Add(lines[^1]);
    }

    /// <summary>The newest, for what does not depend on the server.</summary>
    public static string Newest => Present()[^1];

    private static List<string> Present()
    {
        var folder = Path.Combine(Repository.Root, ".deps", "nats-server");
        var lines = Directory.Exists(folder)
            ? Directory.GetDirectories(folder).Select(d => Path.GetFileName(d)!).Where(n => Version.TryParse(n, out _)).OrderBy(Version.Parse).ToList()
            : [];
        return lines.Count > 0 ? lines : throw new DirectoryNotFoundException($"{folder} holds no server: run ./build.sh deps");
    }
}
