using AwsNats.EndToEnd.Clouds;
using LocalCloud;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>Auto Scaling has no influence on the cluster as long as nothing must be reported to it.</summary>
public sealed class AutoScalingOutages(DynaliteFixture dynalite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(FaultKind.Refuse, "report_delayed")]
    [InlineData(FaultKind.Hang, "report_delayed")]
    [InlineData(FaultKind.ServerError, "report_delayed")]
    [InlineData(FaultKind.Garbage, null)]
    [InlineData(FaultKind.Throttled, "report_delayed")]
    [InlineData(FaultKind.Contention, "report_delayed")]
    [InlineData(FaultKind.Denied, "report_impossible")]
    public Task A_cluster_forms_and_ends_whatever_Auto_Scaling_answers(FaultKind kind, string? said) =>
        LivesAsync(cluster => cluster.Cloud.AutoScaling.Fault = new Fault(kind), said);

    [Fact]
    public Task A_cluster_forms_and_ends_outside_any_group() =>
        LivesAsync(cluster => cluster.Nodes.ToList().ForEach(n => n.Instance.Group = null), "report_impossible");

    private async Task LivesAsync(Action<Cluster> prepare, string? said)
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = 2, Dynalite = dynalite.Dynalite });
        prepare(cluster);
        cluster.StartAll();
        await cluster.WaitForMeshAsync(2, Patience);
        if (said is not null) foreach (var node in cluster.Nodes) await node.Agent!.WaitForLogAsync($" {said} ", Patience);
        Assert.All(cluster.Nodes, n => Assert.InRange(LogLines.Count(n, "report_delayed") + LogLines.Count(n, "report_impossible"), 0, 1));
        await cluster.WaitForMeshAsync(2, Patience);
        foreach (var node in cluster.Nodes)
        {
            Assert.Equal(0, await node.StopAgentAsync(Patience));
            Assert.Null(await cluster.Table.GetAsync(node.Ip));
        }
    }
}
