using LocalCluster;

namespace AwsNats.EndToEnd.Faults;

/// <summary>The agents' log lines, event by event: time, level, event, fields.</summary>
internal static class LogLines
{
    /// <summary>The lines of one event of all agents that ran on this node.</summary>
    public static IReadOnlyList<string> Of(Node node, string name) => [.. All(node).Where(line => EventOf(line) == name)];

    public static int Count(Node node, string name) => Of(node, name).Count;

    /// <summary>Our own lines; the server's own look otherwise.</summary>
    public static IReadOnlyList<string> All(Node node) => [.. node.Agent!.Log.Split('\n').Where(line => EventOf(line) is not null)];

    private static string? EventOf(string line) => line.Split(' ', 4) is [[.., 'Z'], "info" or "warn" or "error", var name, ..] ? name : null;
}
