using LocalCloud;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>An agent that is asked to stop leaves in good order: clients move, nothing acknowledged is lost, nothing is left behind.</summary>
public sealed class AgentsStop(Clouds.DynaliteFixture dynalite)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The whole drain: three seconds to tell, lame duck's 30 s and margin, the row's deletion.</summary>
    private static readonly TimeSpan DrainBudget = TimeSpan.FromSeconds(45);

    public static MatrixTheoryData<string, int> LinesAndSignals => new(new ServerLines().Select(row => row.Data), [Posix.Terminate, Posix.Interrupt]);

    [Theory]
    [MemberData(nameof(LinesAndSignals))]
    public Task Clients_move_to_other_servers_and_no_acknowledged_request_is_lost(string line, int signal) => RunAsync(line, async cluster =>
    {
        var node = cluster.Nodes[0];
        var moving = await ConnectAsync(cluster, node, 4);
        await using var requests = await Requests.StartAsync(
            [moving[0], moving[1], .. await ConnectAsync(cluster, cluster.Nodes[1], 1)], [moving[2], moving[3], .. await ConnectAsync(cluster, cluster.Nodes[2], 1)]);

        var before = requests.Acknowledged;
        var began = TimeProvider.System.GetTimestamp();
        node.Agent!.Signal(signal);
        Assert.Equal(0, await node.Agent.WaitForExitAsync(DrainBudget));
        Measured.Say($"drain on {line} by signal {signal}: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s with 4 clients");
        await AssertGoneAsync(cluster, node);
        Assert.All(moving, client => Assert.Contains(client.Server, cluster.Nodes.Skip(1).Select(n => n.Instance.InstanceId)));

        var after = requests.Acknowledged;
        await Wait.UntilAsync(() => requests.Acknowledged > after + 10, Patience); // it goes on
        var lost = await requests.EndAsync();
        Measured.Say($"{requests.Acknowledged - before} requests acknowledged meanwhile, {requests.Repeated} repeated, the longest took {requests.Longest.TotalSeconds:0.00} s");
        Assert.Empty(lost);
        await cluster.WaitForMeshAsync(2, Patience);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task The_row_says_draining_first(string line) => RunAsync(line, async cluster =>
    {
        var node = cluster.Nodes[0];
        await using var client = await Client.ConnectAsync(cluster, node);
        node.Agent!.Terminate();
        await cluster.WaitForStatusAsync(node.Ip, "draining", Patience);
        Assert.Equal(0, await node.Agent.WaitForExitAsync(DrainBudget));
        await AssertGoneAsync(cluster, node);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task A_second_signal_hurries(string line) => RunAsync(line, async cluster =>
    {
        var node = cluster.Nodes[0];
        await using var client = await Client.ConnectAsync(cluster, node);
        node.Agent!.Terminate();
        await node.Agent.WaitForLogAsync("signal=USR2", Patience);
        var began = TimeProvider.System.GetTimestamp();
        node.Agent.Terminate();
        Assert.Equal(0, await node.Agent.WaitForExitAsync(TimeSpan.FromSeconds(5)));
        Measured.Say($"second signal on {line}: gone after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.00} s");
        await AssertGoneAsync(cluster, node);
    }, grace: "20");

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task Without_clients_it_takes_a_moment(string line) => RunAsync(line, async cluster =>
    {
        var node = cluster.Nodes[0];
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await node.StopAgentAsync(TimeSpan.FromSeconds(10)));
        Measured.Say($"drain without clients on {line}: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.00} s");
        await AssertGoneAsync(cluster, node);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task A_frozen_server_is_killed_at_the_end_of_the_budget(string line) => RunAsync(line, async cluster =>
    {
        var node = cluster.Nodes[0];
        Posix.Signal(node.ServerPids.Single(), Posix.Stop);
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await node.StopAgentAsync(DrainBudget));
        Measured.Say($"drain of a frozen server on {line}: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        await AssertGoneAsync(cluster, node);
    });

    [Fact]
    public Task In_the_pause_before_a_restart_it_takes_a_moment() => RunAsync(ServerLines.Newest, async cluster =>
    {
        var node = cluster.Nodes[0];
        Posix.Signal(node.ServerPids.Single(), Posix.Kill);
        await node.Agent!.WaitForLogAsync("server_died", Patience);
        Assert.Equal(0, await node.StopAgentAsync(TimeSpan.FromSeconds(5)));
        await AssertGoneAsync(cluster, node);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task All_agents_may_be_stopped_at_once(string line) => RunAsync(line, async cluster =>
    {
        await using var client = await Client.ConnectAsync(cluster, cluster.Nodes[1]);
        var codes = await Task.WhenAll(cluster.Nodes.Select(n => n.StopAgentAsync(DrainBudget)));
        Assert.Equal([0, 0, 0], codes);
        foreach (var node in cluster.Nodes) await AssertGoneAsync(cluster, node);
        Assert.Empty(cluster.Subnet.Processes());
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task An_agent_killed_while_it_drains_leaves_a_node_that_the_next_one_heals(string line) => RunAsync(line, async cluster =>
    {
        var node = cluster.Nodes[0];
        await using var client = await Client.ConnectAsync(cluster, node);
        var server = node.ServerPids.Single();
        node.Agent!.Terminate();
        await node.Agent.WaitForLogAsync("signal=USR2", Patience);
        node.Agent.Kill();
        await node.Agent.WaitForExitAsync(Patience);
        node.StartAgent();
        await cluster.WaitForAsync(() => Task.FromResult(node.ServerPids is [var pid] && pid != server), TimeSpan.FromSeconds(40), "a new server once the old one has drained");
        await cluster.WaitForMeshAsync(3, Patience);
        Assert.Equal("Healthy", node.Instance.HealthStatus);
    });

    public static TheoryData<string> DeadTables => ["Refuse", "Hang", "Denied", "Garbage"];

    [Theory]
    [MemberData(nameof(DeadTables))]
    public Task With_a_dead_table_it_ends_with_0_all_the_same(string fault) => RunAsync(ServerLines.Newest, async cluster =>
    {
        var node = cluster.Nodes[0];
        cluster.Cloud.DynamoDb.Fault = new Fault(Enum.Parse<FaultKind>(fault));
        var began = TimeProvider.System.GetTimestamp();
        Assert.Equal(0, await node.StopAgentAsync(DrainBudget));
        Measured.Say($"drain with a table that does {fault}: {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        Assert.Empty(node.ServerPids);
        Assert.DoesNotContain(cluster.Cloud.AutoScaling.Reports, r => r.HealthStatus == "Unhealthy");
    });

    [Fact]
    public async Task A_signal_before_there_is_an_identity_ends_it_with_0()
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = 1, Dynalite = dynalite.Dynalite });
        var node = cluster.Nodes[0];
        node.Instance.Metadata.Fault = Fault.Hang;
        await node.StartAgent().WaitForLogAsync("identity_failing", Patience);
        Assert.Equal(0, await node.StopAgentAsync(TimeSpan.FromSeconds(5)));
        Assert.Null(await cluster.Table.GetAsync(node.Ip));
    }

    /// <summary>A stop at any instant of the first second: nothing stays.</summary>
    [Fact]
    public async Task A_signal_at_any_instant_of_the_start_leaves_nothing_behind()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = 1, ServerLine = ServerLines.Newest, Dynalite = dynalite.Dynalite });
        var node = cluster.Nodes[0];
        for (var round = 0; round < 20; round++)
        {
            var wait = random.Next(800);
            var said = node.Agent?.Log.Length ?? 0;
            var agent = node.StartAgent();
            await Task.Delay(TimeSpan.FromMilliseconds(wait), TestContext.Current.CancellationToken);
            var code = await node.StopAgentAsync(DrainBudget);
            var unborn = code == 128 + Posix.Terminate && agent.Log.Length == said; // before its first word a signal simply ends it
            var what = $"round {round} of seed {seed}, stopped after {wait} ms, code {code}, servers {node.ServerPids.Count}, row {(await cluster.Table.GetAsync(node.Ip))?.ToJsonString()}";
            Assert.True((code == 0 || unborn) && node.ServerPids.Count == 0 && await cluster.Table.GetAsync(node.Ip) is null, what + "\n" + agent.Log);
        }
    }

    private static async Task AssertGoneAsync(Cluster cluster, Node node)
    {
        Assert.DoesNotContain(cluster.Subnet.Processes(), pid => ProcFs.CommandLine(pid).Any(a => a.StartsWith(node.Folder, StringComparison.Ordinal)));
        Assert.Null(await cluster.Table.GetAsync(node.Ip));
        Assert.DoesNotContain(cluster.Cloud.AutoScaling.Reports, r => r.HealthStatus == "Unhealthy");
    }

    private static async Task<List<Client>> ConnectAsync(Cluster cluster, Node node, int count)
    {
        var clients = new List<Client>();
        for (var i = 0; i < count; i++) clients.Add(await Client.ConnectAsync(cluster, node));
        return clients;
    }

    private Task RunAsync(string line, Func<Cluster, Task> body, string grace = "1")
    {
        var options = new ClusterOptions { ServerLine = line, Dynalite = dynalite.Dynalite, Settings = (_, settings) => settings["server", "lame-duck-grace"] = grace };
        return Cluster.RunAsync(options, async cluster =>
        {
            await cluster.WaitForMeshAsync(3, Patience);
            await body(cluster);
        });
    }
}
