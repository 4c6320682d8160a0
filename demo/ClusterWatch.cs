using System.Text.Json.Nodes;
using LocalCluster;

namespace Demo;

/// <summary>Looks at a cluster from outside: the table's rows, each server's monitoring port, each server's configuration file.</summary>
internal sealed class ClusterWatch(Cluster cluster)
{
    private const int ClusterPort = 7244; // the agent's default

    private readonly Dictionary<string, (string Time, long Seen)> heartbeats = [];
    private readonly Dictionary<string, int> nodeOfServer = [];
    private readonly Dictionary<string, int> pidOfServer = [];
    private readonly HashSet<int> lost = [];

    /// <summary>From now on the node counts as lost: it is shown as such, and no more once its row is gone.</summary>
    public void Lose(Node node) => lost.Add(node.Number);

    /// <summary>Everything that can be seen now. A lost node without a row is not there any more.</summary>
    public async Task<ClusterView> LookAsync()
    {
        var asked = cluster.Nodes.Select(n => (Node: n, Varz: n.Probe.VarzAsync(), Routez: n.Probe.RoutezAsync())).ToList();
        var rows = await cluster.Table.ScanAsync();
        var answers = new List<(Node Node, JsonObject? Varz, JsonObject? Routez)>();
        foreach (var (node, varz, routez) in asked) answers.Add((node, await varz, await routez));
        foreach (var (node, varz, _) in answers) if (varz?["server_id"] is { } id) nodeOfServer[id.GetValue<string>()] = node.Number;

        var views = new List<NodeView>();
        foreach (var (node, varz, routez) in answers)
        {
            var row = rows.FirstOrDefault(r => TestTable.Text(r, "ip") == node.Ip);
            if (row is null && lost.Contains(node.Number)) continue;
            views.Add(new NodeView(node.Number, node.Ip, node.Instance.AvailabilityZone, TestTable.Text(row, "status"), Age(node.Ip, TestTable.Text(row, "time")),
                lost.Contains(node.Number), lost.Contains(node.Number) ? [] : Routes(node, routez), varz?["version"]?.GetValue<string>(), Pid(node, varz)));
        }
        return new ClusterView(views);
    }

    private TimeSpan? Age(string ip, string? time)
    {
        if (time is null)
        {
            heartbeats.Remove(ip);
            return null;
        }
        if (!heartbeats.TryGetValue(ip, out var before) || before.Time != time) heartbeats[ip] = before = (time, TimeProvider.System.GetTimestamp());
        return TimeProvider.System.GetElapsedTime(before.Seen);
    }

    private List<RouteView> Routes(Node node, JsonObject? routez)
    {
        var linked = routez?["routes"] is JsonArray routes
            ? routes.Select(r => nodeOfServer.GetValueOrDefault(r!["remote_id"]!.GetValue<string>())).Where(n => n > 0).ToHashSet()
            : [];
        var text = node.ServerConfigText;
        var configured = cluster.Nodes.Where(n => n != node && text.Contains($"{n.Ip}:{ClusterPort}\"", StringComparison.Ordinal)).Select(n => n.Number).ToHashSet();
        return [.. linked.Union(configured).Order().Select(n => new RouteView(n, linked.Contains(n), configured.Contains(n)))];
    }

    /// <summary>A server's id is new with each process: only then is the process looked for.</summary>
    private int? Pid(Node node, JsonObject? varz)
    {
        if (varz?["server_id"]?.GetValue<string>() is not { } id) return null;
        if (!pidOfServer.TryGetValue(id, out var pid))
        {
            if (node.ServerPids is not [var found]) return null;
            pidOfServer[id] = pid = found;
        }
        return pid;
    }
}
