using System.Net;
using System.Text;
using LocalCloud;

namespace LocalCluster;

/// <summary>
/// A cloud, a table and some nodes on a subnet of their own. Whatever happens, disposing of it leaves no process behind; its folder is
/// removed unless a wait failed, <see cref="RunAsync"/>'s body threw, or it is to be kept.
/// </summary>
public sealed class Cluster : IAsyncDisposable
{
    // Addresses of the cloud on our subnet: nodes count up from .1.
    private const int CloudHost = 254;
    private const int DynamoDbPort = 8000;
    private const int AutoScalingPort = 8001;
    private const int FirstMetadataPort = 9000;

    private readonly Dynalite dynalite;
    private readonly List<Node> nodes = [];
    private bool disposed;

    private Cluster(ClusterOptions options, Subnet subnet, Dynalite dynalite, Cloud cloud, TestTable table, string folder)
    {
        Options = options;
        Subnet = subnet;
        this.dynalite = dynalite;
        Cloud = cloud;
        Table = table;
        Folder = folder;
        Keep = options.Keep;
    }

    public ClusterOptions Options { get; }

    public Subnet Subnet { get; }

    public Cloud Cloud { get; }

    public TestTable Table { get; }

    /// <summary>Settings, server configurations and logs of all nodes.</summary>
    public string Folder { get; }

    /// <summary>Whether the folder stays when the cluster is disposed of; its name then goes to standard error.</summary>
    public bool Keep
    {
        get;
        set
        {
            field = value;
            if (value) Subnet.Disown(Folder);
            else Subnet.Own(Folder);
        }
    }

    /// <summary>All nodes, lost ones included.</summary>
    public IReadOnlyList<Node> Nodes => nodes;

    /// <summary>The cloud, the table and the nodes; no agent runs yet.</summary>
    public static async Task<Cluster> CreateAsync(ClusterOptions? options = null)
    {
        options ??= new ClusterOptions();
        var dynalite = options.Dynalite ?? await Dynalite.StartAsync();
        var table = await dynalite.CreateTableAsync($"nats-{Guid.NewGuid():N}"[..20]); // 15 hex digits: enough to be alone among shared tables
        var subnet = Subnet.Lease();
        var cloud = Cloud.Start(new CloudOptions
        {
            DynamoDbListen = new IPEndPoint(subnet.Host(CloudHost), DynamoDbPort),
            AutoScalingListen = new IPEndPoint(subnet.Host(CloudHost), AutoScalingPort),
            DynamoDbUpstream = dynalite.Address,
        });
        var cluster = new Cluster(options, subnet, dynalite, cloud, table, Directory.CreateTempSubdirectory("aws-nats-cluster-").FullName);
        try
        {
            for (var i = 0; i < options.Nodes; i++) cluster.AddNode();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates a cluster, starts every agent at once, runs the body, and ends everything.</summary>
    /// <exception cref="Exception">The body's own; the folder is then kept and named on standard error.</exception>
    public static async Task RunAsync(ClusterOptions options, Func<Cluster, Task> body)
    {
        await using var cluster = await CreateAsync(options);
        try
        {
            cluster.StartAll();
            await body(cluster);
        }
        catch
        {
            cluster.Keep = true;
            throw;
        }
    }

    /// <summary>One more node; its agent is not started.</summary>
    public Node AddNode()
    {
        var number = nodes.Count + 1;
        var zone = $"{Cloud.Region}{"abc"[nodes.Count % 3]}"; // three zones in turn
        var instance = Cloud.AddInstance(new InstanceOptions($"i-{number:x17}", zone, Subnet.Host(number).ToString())
        {
            MetadataListen = new IPEndPoint(Subnet.Host(CloudHost), FirstMetadataPort + number),
        });
        var node = new Node(this, number, instance);
        nodes.Add(node);
        return node;
    }

    /// <summary>Starts every node's agent, one right after the other.</summary>
    public void StartAll()
    {
        foreach (var node in nodes) node.StartAgent();
    }

    /// <summary>Until n servers each have routes to the n-1 others, and to nobody else, and their rows say `working`.</summary>
    /// <returns>How long it took.</returns>
    public Task<TimeSpan> WaitForMeshAsync(int n, TimeSpan deadline) =>
        WaitForAsync(async () => (await MeshFaultsAsync(n)).Count == 0, deadline, "full mesh of " + n);

    /// <summary>Until the row's status is this one; null waits for the row to be gone.</summary>
    public Task<TimeSpan> WaitForStatusAsync(string ip, string? status, TimeSpan deadline) =>
        WaitForAsync(async () => TestTable.Text(await Table.GetAsync(ip), "status") == status, deadline, $"row {ip} {status ?? "gone"}");

    /// <summary>Until the condition holds; a miss keeps the folder and says what every node is doing.</summary>
    public async Task<TimeSpan> WaitForAsync(Func<Task<bool>> condition, TimeSpan deadline, string what)
    {
        try
        {
            return await Wait.UntilAsync(condition, deadline, text: what);
        }
        catch (TimeoutException e)
        {
            Keep = true;
            throw new TimeoutException($"{e.Message}\n{await DescribeAsync()}", e);
        }
    }

    /// <summary>Every node in a few lines: agent, servers, routes, row, last words. For the person who reads a failed test.</summary>
    public async Task<string> DescribeAsync()
    {
        var text = new StringBuilder($"Folder {Folder}\n");
        foreach (var node in nodes)
        {
            var agent = node.Agent is not { } a ? "never started" : a.HasExited ? $"exited {a.ExitCode}" : $"pid {a.Pid}";
            var peers = await node.Probe.PeersAsync();
            text.Append($"{node.Ip} agent {agent}, servers [{string.Join(' ', node.ServerPids)}], peers {peers?.Count.ToString() ?? "no answer"}, row {(await Table.GetAsync(node.Ip))?.ToJsonString() ?? "none"}\n");
            if (node.Agent is not null) text.Append(ChildProcess.Tail(node.Agent.Log)).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>Ends every agent and server at once, and everything else.</summary>
    public async ValueTask DisposeAsync()
    {
        if (disposed) return;
        disposed = true;
        Subnet.KillAll();
        foreach (var node in nodes) await node.EndAsync();
        await Cloud.DisposeAsync();
        if (Options.Dynalite is null) await dynalite.DisposeAsync();
        else await Table.DropAsync();
        Subnet.Dispose();
        if (Keep) await Console.Error.WriteLineAsync($"The cluster's settings and logs are kept in {Folder}");
    }

    private async Task<List<string>> MeshFaultsAsync(int n)
    {
        var faults = new List<string>();
        var up = 0;
        foreach (var node in nodes)
        {
            if (await node.Probe.PeersAsync() is not { } peers) continue;
            up++;
            if (peers.Count != n - 1) faults.Add($"{node.Ip} has {peers.Count} peers");
            if (TestTable.Text(await Table.GetAsync(node.Ip), "status") is var status and not "working") faults.Add($"row {node.Ip} is {status ?? "not there"}");
        }
        if (up != n) faults.Add($"{up} servers answer");
        return faults;
    }
}
