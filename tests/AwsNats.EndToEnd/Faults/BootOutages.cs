using AwsNats.EndToEnd.Clouds;
using LocalCloud;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>What a boot was like while the table was out of reach.</summary>
/// <param name="ServersDuring">Servers that ran before the table answered.</param>
/// <param name="FormedAfter">From the outage's end to the full mesh.</param>
public sealed record BootOutage(int ServersDuring, TimeSpan FormedAfter, IReadOnlyList<string> Reports, IReadOnlyList<int> Failing);

/// <summary>Three agents boot while the table is out of reach; one cluster for each kind, all at the same time.</summary>
public sealed class BootOutagesAtOnce(DynaliteFixture dynalite) : IAsyncLifetime
{
    /// <summary>10 s: ten beats, and longer than one call waits for its answer.</summary>
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Dictionary<FaultKind, Task<BootOutage>> outages = [];

    public Task<BootOutage> Of(FaultKind kind) => outages[kind];

    public ValueTask InitializeAsync()
    {
        foreach (var kind in LongOutages.Kinds) outages[kind] = RunAsync(kind);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var outage in outages.Values) await ((Task)outage).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<BootOutage> RunAsync(FaultKind kind)
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = 3, Dynalite = dynalite.Dynalite });
        cluster.Cloud.DynamoDb.Fault = new Fault(kind);
        cluster.StartAll();
        await Task.Delay(Length);
        var servers = cluster.Nodes.Sum(n => n.ServerPids.Count);
        var failing = cluster.Nodes.Select(n => LogLines.Count(n, "registry_failing")).ToList();
        cluster.Cloud.DynamoDb.Fault = Fault.None;
        var formed = await cluster.WaitForMeshAsync(3, Patience);
        return new BootOutage(servers, formed, [.. cluster.Cloud.AutoScaling.Reports.Select(r => r.HealthStatus)], failing);
    }
}

public sealed class BootOutages(BootOutagesAtOnce outages) : IClassFixture<BootOutagesAtOnce>
{
    public static TheoryData<FaultKind> Kinds => [.. LongOutages.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public async Task No_server_starts_before_there_is_a_roster(FaultKind kind) => Assert.Equal(0, (await outages.Of(kind)).ServersDuring);

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_cluster_forms_once_the_table_answers(FaultKind kind)
    {
        var outage = await outages.Of(kind);
        TestContext.Current.SendDiagnosticMessage($"{kind}: formed {outage.FormedAfter.TotalSeconds:0.0} s after the outage");
        Assert.InRange(outage.FormedAfter, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_log_says_once_that_the_table_does_not_answer(FaultKind kind) => Assert.Equal([1, 1, 1], (await outages.Of(kind)).Failing);

    [Theory, MemberData(nameof(Kinds))]
    public async Task Nobody_is_reported_unhealthy(FaultKind kind) => Assert.DoesNotContain("Unhealthy", (await outages.Of(kind)).Reports);
}
