using System.Globalization;
using LocalCluster;

namespace Bench;

/// <summary>A program that heartbeats: the agent, or the boto3 loop that makes the same calls.</summary>
/// <param name="Name">For messages.</param>
/// <param name="File">The executable.</param>
/// <param name="Arguments">From folder, table and beat to its arguments; writes what files it needs.</param>
internal sealed record Contender(string Name, string File, Func<string, string, TimeSpan, IReadOnlyList<string>> Arguments)
{
    /// <summary>Debian's own, which has Debian's boto3; another python3 on PATH may not.</summary>
    public const string Python = "/usr/bin/python3";

    /// <summary>5 s, or what the settings ask for at least: two and a half beats.</summary>
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromSeconds(5);
    private const double BeatsPerTimeout = 3;

    public static Contender Agent { get; } = new("aws-nats", Repository.AgentBinary, AgentArguments);

    public static Contender Boto3 { get; } = new("boto3 loop", Python, (_, table, beat) =>
        [Path.Combine(Repository.Root, "bench", "boto3_loop.py"), "--table", table, "--interval", Text(beat)]);

    public static string TimeoutFor(TimeSpan beat) => Text(TimeSpan.FromSeconds(Math.Max(ShortestTimeout.TotalSeconds, BeatsPerTimeout * beat.TotalSeconds)));

    public static string Text(TimeSpan seconds) => seconds.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);

    private static string[] AgentArguments(string folder, string table, TimeSpan beat)
    {
        var settings = new AgentSettingsFile
        {
            ["general", "address"] = "private",
            ["general", "heartbeat-interval"] = Text(beat),
            ["general", "servers-timeout"] = TimeoutFor(beat),
            ["dynamodb", "table"] = table,
        };
        var path = Path.Combine(folder, "aws-nats.conf");
        settings.Save(path);
        return ["-c", path, "-n", Path.Combine(folder, "nats.conf")];
    }
}
