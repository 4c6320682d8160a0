using LocalCluster;

namespace AwsNats.EndToEnd.Agents;

/// <summary>A cluster's nodes as freshly launched instances, again and again.</summary>
internal static class ColdStart
{
    /// <summary>Ends all agents and servers and takes away their rows and files.</summary>
    public static async Task ForgetAsync(Cluster cluster)
    {
        cluster.Subnet.KillAll();
        foreach (var node in cluster.Nodes)
        {
            if (node.Agent is { } agent) await agent.WaitForExitAsync(TimeSpan.FromSeconds(10));
            Directory.Delete(node.Folder, recursive: true);
            Directory.CreateDirectory(node.Folder);
        }
        foreach (var row in await cluster.Table.ScanAsync()) await cluster.Table.DeleteAsync(TestTable.Text(row, "ip")!);
    }
}
