using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>An agent that is killed leaves its server running; the next agent takes it over, whatever happened in between.</summary>
public sealed class AgentsDie(Clouds.DynaliteFixture dynalite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task The_next_agent_takes_the_server_over_without_an_interruption(string line) => RunAsync(line, async (cluster, node) =>
    {
        var server = node.ServerPids.Single();
        var (publisher, subscriber) = (await Client.ConnectAsync(cluster, node), await Client.ConnectAsync(cluster, node));
        await using var sequence = await Sequence.StartAsync(publisher, subscriber);

        node.Agent!.Kill();
        await node.Agent.WaitForExitAsync(Patience);
        Assert.Equal([server], node.ServerPids);
        var agent = node.StartAgent();
        await agent.WaitForLogAsync($"server_adopted pid={server}", Patience);
        await cluster.WaitForMeshAsync(3, Patience);
        await Wait.HoldsAsync(() => Task.FromResult(node.ServerPids is [var pid] && pid == server), TimeSpan.FromSeconds(5)); // past the reload of an adopted one
        Assert.Contains("config_reloaded", agent.Log, StringComparison.Ordinal);

        var (sent, missing) = await sequence.EndAsync();
        Measured.Say($"{sent} messages while the agent on {line} was killed and started again, {missing} lost");
        Assert.Equal((0, 0, 0), (missing, publisher.Losses, subscriber.Losses));
        Assert.Equal(0, await node.StopAgentAsync(TimeSpan.FromSeconds(45)));
        Assert.Empty(node.ServerPids);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task A_server_that_died_meanwhile_is_started_anew(string line) => RunAsync(line, async (cluster, node) =>
    {
        var server = node.ServerPids.Single();
        node.Agent!.Kill();
        await node.Agent.WaitForExitAsync(Patience);
        Posix.Signal(server, Posix.Kill);
        node.StartAgent();
        await cluster.WaitForMeshAsync(3, Patience);
        Assert.NotEqual(server, node.ServerPids.Single());
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task An_adopted_server_that_dies_is_restarted_like_any_other(string line) => RunAsync(line, async (cluster, node) =>
    {
        var server = node.ServerPids.Single();
        node.Agent!.Kill();
        await node.Agent.WaitForExitAsync(Patience);
        await node.StartAgent().WaitForLogAsync($"server_adopted pid={server}", Patience);
        await cluster.WaitForMeshAsync(3, Patience);
        Posix.Signal(server, Posix.Kill);
        await cluster.WaitForAsync(() => Task.FromResult(node.ServerPids is [var pid] && pid != server), Patience, "a new server");
        await cluster.WaitForMeshAsync(3, Patience);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task With_another_client_port_the_old_server_is_stopped_and_a_new_one_started(string line) => RunAsync(line, async (cluster, node) =>
    {
        var server = node.ServerPids.Single();
        await using var client = await Client.ConnectAsync(cluster, node);
        node.Agent!.Kill();
        await node.Agent.WaitForExitAsync(Patience);
        node.Settings["server", "client-port"] = "4343";
        node.StartAgent();
        await cluster.WaitForAsync(() => Task.FromResult(node.ServerPids is [var pid] && pid != server), TimeSpan.FromSeconds(40), "a new server");
        await cluster.WaitForMeshAsync(3, Patience);
        await using var fresh = await Client.ConnectAsync(cluster, node, port: 4343);
        Assert.Equal(node.Instance.InstanceId, fresh.Server);
        await Wait.UntilAsync(() => client.Server is not null, Patience);
        await Client.ExchangeAsync(client, fresh, Patience);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task A_configuration_changed_by_hand_meanwhile_is_put_right(string line) => RunAsync(line, async (cluster, node) =>
    {
        await Routes.WaitUntilCompleteAsync(cluster, Patience);
        var (server, text) = (node.ServerPids.Single(), node.ServerConfigText);
        await using var client = await Client.ConnectAsync(cluster, node);
        foreach (var changed in (string[])[text + "\nmax_connections: 7\n", "no configuration at all {\n", ""])
        {
            node.Agent!.Kill();
            await node.Agent.WaitForExitAsync(Patience);
            await File.WriteAllTextAsync(node.ServerConfigPath, changed, TestContext.Current.CancellationToken);
            node.StartAgent();
            await cluster.WaitForAsync(() => Task.FromResult(node.ServerConfigText == text), Patience, "the file as it was");
            await cluster.WaitForMeshAsync(3, Patience);
            Assert.Equal([server], node.ServerPids);
            await Wait.UntilAsync(() => !File.Exists(node.ServerConfigPath + ".last-good"), Patience); // it was taken
        }
        Assert.Equal(0, client.Losses);
    });

    [Fact]
    public async Task Two_agents_on_one_configuration_are_one_too_many()
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = 1, ServerLine = ServerLines.Newest, Dynalite = dynalite.Dynalite });
        var node = cluster.Nodes[0];
        var first = node.StartAgent();
        await cluster.WaitForMeshAsync(1, Patience);
        var server = node.ServerPids.Single();
        var second = node.StartAgent();
        Assert.Equal(10, await second.WaitForExitAsync(Patience));
        Assert.Contains($"another agent (pid {first.Pid}) already runs this configuration", second.Log, StringComparison.Ordinal);
        Assert.Equal([server], node.ServerPids);
        Assert.False(first.HasExited);
        await cluster.WaitForMeshAsync(1, Patience);
    }

    /// <summary>The server that was being started may be found, or must be stopped; two may never run.</summary>
    [Theory]
    [ClassData(typeof(ServerLines))]
    public async Task Killed_at_any_instant_of_its_start_it_never_leaves_two_servers(string line)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = 2, ServerLine = line, Dynalite = dynalite.Dynalite });
        cluster.Nodes[1].StartAgent();
        var (node, most) = (cluster.Nodes[0], 0);
        for (var round = 0; round < 20; round++)
        {
            var wait = random.Next(500);
            var agent = node.StartAgent();
            await Task.Delay(TimeSpan.FromMilliseconds(wait), TestContext.Current.CancellationToken);
            agent.Kill();
            await agent.WaitForExitAsync(Patience);
            most = Math.Max(most, node.ServerPids.Count);
            Assert.True(most <= 1, $"round {round} of seed {seed}: {most} servers after {wait} ms\n{agent.Log}");

            // Now and then the server goes too, so that kills meet starts and adoptions alike.
            if (round % 4 != 3) continue;
            foreach (var pid in node.ServerPids) Posix.Signal(pid, Posix.Kill);
        }
        node.StartAgent();
        await cluster.WaitForMeshAsync(2, Patience);
        Assert.Single(node.ServerPids);
        Assert.Equal(1, most);
    }

    private Task RunAsync(string line, Func<Cluster, Node, Task> body) =>
        Cluster.RunAsync(new ClusterOptions { ServerLine = line, Dynalite = dynalite.Dynalite }, async cluster =>
        {
            await cluster.WaitForMeshAsync(3, Patience);
            await body(cluster, cluster.Nodes[0]);
        });
}
