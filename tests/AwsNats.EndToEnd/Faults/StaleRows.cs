using System.Text.Json.Nodes;
using AwsNats.EndToEnd.Clouds;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>A table full of the remains of servers long gone, over many pages.</summary>
public sealed class StaleRows(DynaliteFixture dynalite)
{
    private const int Remains = 3000;
    private const int RowsPerPage = 400; // eight pages

    /// <summary>Deletes of one agent at one beat, as it promises.</summary>
    private const int DeletesPerBeat = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task They_are_no_routes_and_are_deleted_little_by_little()
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions
        {
            Nodes = 3, Dynalite = dynalite.Dynalite, HeartbeatInterval = TimeSpan.FromSeconds(2), DeleteTimeout = TimeSpan.FromSeconds(10),
        });
        var longGone = TimeProvider.System.GetUtcNow().AddDays(-10).ToUnixTimeSeconds();
        await cluster.Table.PutManyAsync(Enumerable.Range(0, Remains).Select(i => new JsonObject
        {
            ["ip"] = TestTable.S($"10.1.{i / 250}.{i % 250 + 1}"), ["time"] = TestTable.N(longGone), ["status"] = TestTable.S("working"),
        }));
        cluster.Cloud.DynamoDb.PageLimit = RowsPerPage;
        cluster.StartAll();
        await cluster.WaitForMeshAsync(3, Patience);
        Assert.All(cluster.Nodes, n => Assert.DoesNotContain("//10.1.", n.ServerConfigText, StringComparison.Ordinal));
        await cluster.WaitForAsync(async () => (await cluster.Table.ScanAsync()).Count < Remains + 3, Patience, "the first is deleted");

        cluster.Cloud.DynamoDb.ForgetCalls();
        var before = (await cluster.Table.ScanAsync()).Count;
        await Task.Delay(Watched, TestContext.Current.CancellationToken);
        var deletes = cluster.Nodes.Select(n => cluster.Cloud.DynamoDb.CountCalls("DeleteItem", n.Instance)).ToList();
        var gone = before - (await cluster.Table.ScanAsync()).Count;
        TestContext.Current.SendDiagnosticMessage($"{string.Join(' ', deletes)} deletes in {Watched.TotalSeconds} s, {gone} rows gone");

        var most = DeletesPerBeat * ((int)(Watched / cluster.Options.HeartbeatInterval) + 1);
        Assert.All(deletes, d => Assert.InRange(d, 1, most));
        Assert.InRange(gone, most / 2, 3 * most);
        Assert.All(cluster.Nodes, n => Assert.Equal(0, LogLines.Count(n, "row_ignored") + LogLines.Count(n, "registry_failing")));
        await cluster.WaitForMeshAsync(3, Patience);
    }
}
