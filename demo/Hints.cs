using LocalCluster;

namespace Demo;

/// <summary>What one may do oneself with the cluster that was left running.</summary>
internal static class Hints
{
    public static IReadOnlyList<string> For(Cluster cluster, ClusterView view)
    {
        var nodes = view.Nodes.Select(n => cluster.Nodes[n.Number - 1]).ToList();
        var (first, last) = (nodes[0], nodes[^1]);
        return
        [
            "The cluster runs until Ctrl-C. It is yours:",
            $"  clients    {string.Join("  ", nodes.Select(n => n.ClientUrl.ToString().TrimEnd('/')))}",
            $"  user       {cluster.Options.User}; its password is nats_pass in",
            $"             {first.SettingsPath}",
            $"  logs       tail -f {cluster.Folder}/node*/agent.err",
            $"  routes     curl -s http://{first.Address}:{NatsProbe.DefaultPort}/routez",
            $"  a server   kill -9 {view[last.Number].ServerPid}   (.{last.Number}: its agent starts it again)",
            $"  a node     kill {last.Agent!.Pid}   (.{last.Number}: its agent drains, deletes its row and ends)",
            $"  config     cat {first.ServerConfigPath}",
        ];
    }
}
