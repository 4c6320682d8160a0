using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>A server that is there and does nothing is as bad as none.</summary>
public sealed class ServersFreeze(Clouds.DynaliteFixture dynalite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task A_stopped_server_is_restarted_within_45_seconds_and_its_clients_find_another_meanwhile(string line) => Cluster.RunAsync(
        new ClusterOptions { ServerLine = line, Dynalite = dynalite.Dynalite }, async cluster =>
    {
        await cluster.WaitForMeshAsync(3, Patience);
        var node = cluster.Nodes[0];
        await using var client = await Client.ConnectAsync(cluster, node);
        await using var other = await Client.ConnectAsync(cluster, cluster.Nodes[1]);
        var frozen = node.ServerPids.Single();
        var began = TimeProvider.System.GetTimestamp();
        Posix.Signal(frozen, Posix.Stop);
        await Wait.UntilAsync(() => client.Server is { } server && server != node.Instance.InstanceId, TimeSpan.FromSeconds(15));
        Measured.Say($"client left the frozen server on {line} after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        Assert.Equal([frozen], node.ServerPids);
        await Client.ExchangeAsync(client, other, Patience);

        await cluster.WaitForAsync(() => Task.FromResult(node.ServerPids is [var pid] && pid != frozen), TimeSpan.FromSeconds(45), "a new server");
        await cluster.WaitForMeshAsync(3, TimeSpan.FromSeconds(45) - TimeProvider.System.GetElapsedTime(began));
        Measured.Say($"frozen server on {line} replaced after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        Assert.Contains("failed health probes in a row", node.Agent!.Log, StringComparison.Ordinal);
        Assert.Equal("Healthy", node.Instance.HealthStatus);
    });
}
