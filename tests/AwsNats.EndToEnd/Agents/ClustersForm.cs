using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>Agents that boot at the same instant find each other, always.</summary>
public sealed class ClustersForm(Clouds.DynaliteFixture dynalite)
{
    private const int Rounds = 50;

    /// <summary>20 s: far more than a start takes; a mesh that needs a repair by the next beats is late already.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task Three_agents_that_start_together_form_one_mesh(string line) => FormAgainAndAgainAsync(line, 3);

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task Five_agents_that_start_together_form_one_mesh(string line) => FormAgainAndAgainAsync(line, 5);

    private async Task FormAgainAndAgainAsync(string line, int nodes)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var times = new List<TimeSpan>();
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = nodes, ServerLine = line, Dynalite = dynalite.Dynalite });
        try
        {
            for (var round = 0; round < Rounds; round++)
            {
                await ColdStart.ForgetAsync(cluster);
                var began = TimeProvider.System.GetTimestamp();
                await StartAsync(cluster, round % 2 == 0 ? null : random);
                await cluster.WaitForMeshAsync(nodes, Patience);
                times.Add(TimeProvider.System.GetElapsedTime(began));
                await ServeAsync(cluster, cluster.Nodes[round % nodes], cluster.Nodes[(round + 1 + random.Next(nodes - 1)) % nodes]);
            }
            await Routes.WaitUntilCompleteAsync(cluster, Patience);
        }
        catch (Exception e)
        {
            cluster.Keep = true;
            throw new InvalidOperationException($"Round {times.Count} of seed {seed}: {e.Message}", e);
        }
        var together = times.Where((_, round) => round % 2 == 0).Order().ToList();
        Measured.Say($"{nodes} agents on {line}, {together.Count} starts at once: mesh after {together[0].TotalSeconds:0.00} s to {together[^1].TotalSeconds:0.00} s, "
            + $"median {together[together.Count / 2].TotalSeconds:0.00} s; {times.Count - together.Count} staggered ones: at most {times.Max().TotalSeconds:0.00} s");
    }

    /// <summary>All at once; or each a part of a second later than the one before, which is the harder case for who sees whom.</summary>
    private static async Task StartAsync(Cluster cluster, Random? stagger)
    {
        foreach (var node in cluster.Nodes)
        {
            node.StartAgent();
            if (stagger is not null) await Task.Delay(TimeSpan.FromMilliseconds(stagger.Next(300)));
        }
    }

    private static async Task ServeAsync(Cluster cluster, Node from, Node to)
    {
        Assert.False(await Client.IsAcceptedAsync(cluster, to, "wrong"), "a wrong password is refused, by a server that answers");
        await using var publisher = await Client.ConnectAsync(cluster, from);
        await using var subscriber = await Client.ConnectAsync(cluster, to);
        await Client.ExchangeAsync(publisher, subscriber, TimeSpan.FromSeconds(5));
    }
}
