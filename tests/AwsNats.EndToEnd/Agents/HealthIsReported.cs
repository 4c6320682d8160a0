using LocalCloud;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>The group is told that an instance is well, once; and that it is not, as the last resort.</summary>
public sealed class HealthIsReported(Clouds.DynaliteFixture dynalite)
{
    private const string Operation = "SetInstanceHealth";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public Task Healthy_is_said_once_at_the_start() => RunAsync(3, async cluster =>
    {
        cluster.StartAll();
        await cluster.WaitForMeshAsync(3, Patience);
        Posix.Signal(cluster.Nodes[0].ServerPids.Single(), Posix.Kill);
        await cluster.Nodes[0].Agent!.WaitForLogAsync("server_died", Patience);
        await cluster.WaitForMeshAsync(3, Patience);
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken); // three beats
        Assert.Equal(cluster.Nodes.Select(n => (n.Instance.InstanceId, "Healthy")),
            cluster.Cloud.AutoScaling.Reports.Select(r => (r.InstanceId, r.HealthStatus)).Order());
        Assert.Equal(3, cluster.Cloud.AutoScaling.CountCalls(Operation));
    });

    [Theory]
    [InlineData(FaultKind.Contention)]
    [InlineData(FaultKind.Throttled)]
    [InlineData(FaultKind.Reset)]
    [InlineData(FaultKind.ServerError)]
    public Task A_report_that_does_not_get_through_is_sent_again(FaultKind kind) => RunAsync(1, async cluster =>
    {
        var node = cluster.Nodes[0];
        cluster.Cloud.AutoScaling.SetFault(new Fault(kind, Status: 503), node.Instance, Operation);
        await node.StartAgent().WaitForLogAsync("report_delayed", Patience);
        await cluster.WaitForMeshAsync(1, Patience); // nothing waits for it
        Assert.Empty(cluster.Cloud.AutoScaling.Reports);
        cluster.Cloud.AutoScaling.ClearFaults();
        await Wait.UntilAsync(() => cluster.Cloud.AutoScaling.Reports.Count == 1, Patience);
        Assert.Equal("Healthy", cluster.Cloud.AutoScaling.Reports[0].HealthStatus);
    });

    [Fact]
    public Task Within_the_grace_period_a_server_that_never_ran_is_reported_once_the_group_takes_it() => RunAsync(1, async cluster =>
    {
        var node = cluster.Nodes[0];
        cluster.Cloud.AutoScaling.HealthCheckGracePeriod = TimeSpan.FromSeconds(8);
        node.Instance.LaunchTime = TimeProvider.System.GetUtcNow();
        node.Settings["server", "restart-limit"] = "0";
        Puppets.Use(node, "exit 3");
        Assert.Equal(70, await node.StartAgent().WaitForExitAsync(TimeSpan.FromSeconds(40)));
        Assert.Contains("grace period", node.Agent!.Log, StringComparison.Ordinal);
        Assert.Equal("Unhealthy", node.Instance.HealthStatus);
        Assert.True(Assert.Single(cluster.Cloud.AutoScaling.Reports).RespectGracePeriod);
    });

    [Fact]
    public Task A_server_that_ran_once_is_reported_whatever_the_grace_period() => RunAsync(1, async cluster =>
    {
        var node = cluster.Nodes[0];
        cluster.Cloud.AutoScaling.HealthCheckGracePeriod = TimeSpan.FromHours(1);
        node.Settings["server", "restart-limit"] = "0";
        node.StartAgent();
        await cluster.WaitForMeshAsync(1, Patience);
        Posix.Signal(node.ServerPids.Single(), Posix.Kill);
        Assert.Equal(70, await node.Agent!.WaitForExitAsync(Patience));
        Assert.Equal("Unhealthy", node.Instance.HealthStatus);
    });

    [Fact]
    public Task With_reports_switched_off_nothing_is_said_and_the_row_tells_all_the_same() => RunAsync(1, async cluster =>
    {
        var node = cluster.Nodes[0];
        node.Settings["server", "restart-limit"] = "0";
        node.Settings["health", "report"] = "off";
        node.StartAgent();
        await cluster.WaitForMeshAsync(1, Patience);
        Posix.Signal(node.ServerPids.Single(), Posix.Kill);
        Assert.Equal(70, await node.Agent!.WaitForExitAsync(Patience));
        Assert.Empty(cluster.Cloud.AutoScaling.Calls);
        Assert.Equal("error", TestTable.Text(await cluster.Table.GetAsync(node.Ip), "status"));
    });

    [Fact]
    public Task An_instance_in_no_group_serves_all_the_same() => RunAsync(1, async cluster =>
    {
        var node = cluster.Nodes[0];
        node.Instance.Group = null;
        await node.StartAgent().WaitForLogAsync("report_impossible", Patience);
        await cluster.WaitForMeshAsync(1, Patience);
        await Wait.HoldsAsync(async () => await node.Probe.HealthzAsync() == 200, TimeSpan.FromSeconds(3));
        Assert.Equal(1, cluster.Cloud.AutoScaling.CountCalls(Operation));
    });

    [Fact]
    public Task A_role_without_the_right_serves_all_the_same_and_the_log_says_what_to_allow() => RunAsync(1, async cluster =>
    {
        var node = cluster.Nodes[0];
        node.Settings["server", "restart-limit"] = "0";
        cluster.Cloud.AutoScaling.Fault = Fault.Denied;
        await node.StartAgent().WaitForLogAsync("autoscaling:SetInstanceHealth", Patience);
        await cluster.WaitForMeshAsync(1, Patience);
        Posix.Signal(node.ServerPids.Single(), Posix.Kill);
        Assert.Equal(70, await node.Agent!.WaitForExitAsync(Patience));
        Assert.Contains("leaving_unreported", node.Agent.Log, StringComparison.Ordinal);
        Assert.Equal("error", TestTable.Text(await cluster.Table.GetAsync(node.Ip), "status"));
    });

    private async Task RunAsync(int nodes, Func<Cluster, Task> body)
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = nodes, ServerLine = ServerLines.Newest, Dynalite = dynalite.Dynalite });
        try
        {
            await body(cluster);
        }
        catch
        {
            cluster.Keep = true;
            throw;
        }
    }
}
