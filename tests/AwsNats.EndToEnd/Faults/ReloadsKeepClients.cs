using AwsNats.EndToEnd.Clouds;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>Clients with a user and a password stay connected while the routes change under them.</summary>
public sealed class ReloadsKeepClients(DynaliteFixture dynalite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("2.9")]
    [InlineData("2.10")]
    [InlineData("2.15")]
    public async Task A_route_that_comes_and_goes_disconnects_nobody(string line)
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = 3, Dynalite = dynalite.Dynalite, ServerLine = line });
        var (one, two, third) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        one.StartAgent();
        two.StartAgent();
        await cluster.WaitForMeshAsync(2, Patience);
        await WaitForReloadAsync(cluster, $"route to {two.Ip}", () => one.ServerConfigText.Contains(two.Ip, StringComparison.Ordinal) && two.ServerConfigText.Contains(one.Ip, StringComparison.Ordinal));
        await using var traffic = await Traffic.StartAsync(cluster, one, two);

        third.StartAgent();
        await cluster.WaitForMeshAsync(3, Patience);
        await WaitForReloadAsync(cluster, $"route to {third.Ip}", () => one.ServerConfigText.Contains(third.Ip, StringComparison.Ordinal) && two.ServerConfigText.Contains(third.Ip, StringComparison.Ordinal));
        await third.StopAgentAsync(Patience);
        await WaitForReloadAsync(cluster, "route gone", () => !one.ServerConfigText.Contains(third.Ip, StringComparison.Ordinal) && !two.ServerConfigText.Contains(third.Ip, StringComparison.Ordinal));

        await traffic.StopAsync();
        Assert.Equal((0, 0), (traffic.Lost, traffic.Disconnections));
    }

    /// <summary>The file says so, and the server has taken it.</summary>
    private static async Task WaitForReloadAsync(Cluster cluster, string what, Func<bool> written)
    {
        await cluster.WaitForAsync(() => Task.FromResult(written()), Patience, what);
        await Task.Delay(cluster.Options.HeartbeatInterval);
    }
}
