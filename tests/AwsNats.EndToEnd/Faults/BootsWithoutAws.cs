using AwsNats.EndToEnd.Clouds;
using LocalCloud;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>Boots while AWS is down: an earlier roster on disk serves, and without one the agent says so and ends.</summary>
public sealed class BootsWithoutAws(DynaliteFixture dynalite)
{
    private const int NoRegistry = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    [Theory]
    [InlineData(FaultKind.Refuse)]
    [InlineData(FaultKind.Hang)]
    public Task A_whole_cluster_that_reboots_meets_by_its_earlier_rosters(FaultKind kind) => Cluster.RunAsync(Options(), async cluster =>
    {
        await cluster.WaitForMeshAsync(3, Patience);
        await cluster.WaitForAsync(() => Task.FromResult(cluster.Nodes.All(KnowsBoth)), Patience, "every roster file names both peers");
        cluster.Cloud.DynamoDb.Fault = new Fault(kind);
        foreach (var node in cluster.Nodes) await PowerCutAsync(node);

        cluster.StartAll();
        var took = await cluster.WaitForMeshAsync(3, Patience);
        TestContext.Current.SendDiagnosticMessage($"{kind}: mesh by the earlier rosters after {took.TotalSeconds:0.0} s");
        Assert.InRange(took, TimeSpan.FromSeconds(14), TimeSpan.FromSeconds(25));
        Assert.All(cluster.Nodes, n => Assert.Single(LogLines.Of(n, "earlier_roster_serves")));

        cluster.Cloud.DynamoDb.Fault = Fault.None;
        foreach (var node in cluster.Nodes) await node.Agent!.WaitForLogAsync(" registry_back ", Patience);
        await cluster.WaitForMeshAsync(3, Patience);
    });

    [Fact]
    public Task One_node_that_reboots_comes_back_into_its_cluster() => Cluster.RunAsync(Options(), async cluster =>
    {
        await cluster.WaitForMeshAsync(3, Patience);
        await cluster.WaitForAsync(() => Task.FromResult(cluster.Nodes.All(KnowsBoth)), Patience, "every roster file names both peers");
        await using var traffic = await Traffic.StartAsync(cluster, cluster.Nodes[0], cluster.Nodes[1]);
        cluster.Cloud.DynamoDb.Fault = Fault.Refuse;
        var node = cluster.Nodes[2];
        await PowerCutAsync(node);
        await cluster.WaitForMeshAsync(2, Patience);

        node.StartAgent();
        await cluster.WaitForMeshAsync(3, Patience);
        await traffic.StopAsync();
        Assert.Equal((0, 0), (traffic.Lost, traffic.Disconnections));
    });

    [Theory]
    [InlineData(FaultKind.Refuse, "cannot be reached")]
    [InlineData(FaultKind.Hang, "did not answer within 4 s")]
    [InlineData(FaultKind.Denied, "is denied: allow dynamodb:UpdateItem")]
    public async Task Without_an_earlier_roster_the_agent_ends_with_20(FaultKind kind, string words)
    {
        await using var cluster = await Cluster.CreateAsync(Options() with { Nodes = 1, Settings = (_, settings) => settings["general", "start-timeout"] = "10" });
        cluster.Cloud.DynamoDb.Fault = new Fault(kind);
        var node = cluster.Nodes[0];
        var began = TimeProvider.System.GetTimestamp();
        var code = await node.StartAgent().WaitForExitAsync(Patience);
        var took = TimeProvider.System.GetElapsedTime(began);

        Assert.Equal(NoRegistry, code);
        Assert.InRange(took, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(16));
        Assert.Contains(words, Assert.Single(LogLines.Of(node, "registry_failing")), StringComparison.Ordinal);
        Assert.Contains("could not be read within 10 s", Assert.Single(LogLines.Of(node, "no_registry")), StringComparison.Ordinal);
        Assert.Empty(node.ServerPids);
    }

    private ClusterOptions Options() => new() { Nodes = 3, Dynalite = dynalite.Dynalite };

    private static bool KnowsBoth(Node node)
    {
        var path = node.ServerConfigPath + ".roster.json";
        return File.Exists(path) && File.ReadAllText(path).Split("\"host\"").Length == 3; // two of them
    }

    /// <summary>Everything on the node ends at once; the disk stays.</summary>
    private static async Task PowerCutAsync(Node node)
    {
        node.Agent!.Kill();
        await node.Agent.WaitForExitAsync(Patience);
        foreach (var pid in node.ServerPids) Posix.Signal(pid, Posix.Kill);
        await Wait.UntilAsync(() => node.ServerPids.Count == 0, Patience);
    }
}
