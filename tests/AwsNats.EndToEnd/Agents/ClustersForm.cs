using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

public sealed class ClustersForm
{
    [Fact]
    public Task Three_agents_that_start_together_form_one_mesh() =>
        Cluster.RunAsync(new ClusterOptions { Nodes = 3 }, async cluster =>
        {
            var took = await cluster.WaitForMeshAsync(3, TimeSpan.FromSeconds(20));
            TestContext.Current.SendDiagnosticMessage($"mesh after {took.TotalSeconds:0.00} s");
            foreach (var node in cluster.Nodes) Assert.Equal(0, await node.StopAgentAsync(TimeSpan.FromSeconds(20)));
        });
}
