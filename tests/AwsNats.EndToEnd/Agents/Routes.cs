using LocalCluster;

namespace AwsNats.EndToEnd.Agents;

/// <summary>The routes as they stand in the servers' configuration files. A mesh may be complete before them: servers tell each other of the rest.</summary>
internal static class Routes
{
    public static Task<TimeSpan> WaitUntilCompleteAsync(Cluster cluster, TimeSpan deadline) =>
        cluster.WaitForAsync(() => Task.FromResult(cluster.Nodes.All(one => cluster.Nodes.All(other => other == one || Leads(one, other)))), deadline,
            "every configuration leads to all the others");

    public static bool Leads(Node from, Node to) => from.ServerConfigText.Contains($"nats-route://{to.Ip}:7244\"", StringComparison.Ordinal);
}
