using System.Net;
using LocalCloud;

namespace LocalCluster;

/// <summary>One node: an instance of the cloud, a loopback address with the usual ports, an agent that can be started and lost.</summary>
public sealed class Node
{
    private readonly Cluster cluster;
    private readonly List<AgentProcess> agents = [];

    internal Node(Cluster cluster, int number, Instance instance)
    {
        this.cluster = cluster;
        Number = number;
        Instance = instance;
        Address = cluster.Subnet.Host(number);
        Folder = Path.Combine(cluster.Folder, $"node{number}");
        Directory.CreateDirectory(Folder);
        Probe = new NatsProbe(Address);
        Settings = StandardSettings();
        cluster.Options.Settings?.Invoke(this, Settings);
        Environment = StandardEnvironment();
    }

    /// <summary>From 1 on: also the address's last byte.</summary>
    public int Number { get; }

    public Instance Instance { get; }

    public IPAddress Address { get; }

    /// <summary>The row's key.</summary>
    public string Ip => Address.ToString();

    public string Folder { get; }

    public string SettingsPath => Path.Combine(Folder, "aws-nats.conf");

    public string ServerConfigPath => Path.Combine(Folder, "nats.conf");

    /// <summary>Written at each start; change it before, or write it and send HUP.</summary>
    public AgentSettingsFile Settings { get; }

    /// <summary>All variables of the agent; changeable before a start.</summary>
    public Dictionary<string, string> Environment { get; }

    public NatsProbe Probe { get; }

    /// <summary>The agent started last; null before the first start.</summary>
    public AgentProcess? Agent => agents.LastOrDefault();

    /// <summary>Where clients connect, without user and password.</summary>
    public Uri ClientUrl => new($"nats://{Address}:4242");

    /// <summary>Every server that runs on this node's configuration file, adopted and orphaned ones included. One at most is right.</summary>
    public IReadOnlyList<int> ServerPids => [.. cluster.Subnet.Processes()
        .Where(p => AgentProcess.IsServer(p) && ProcFs.CommandLine(p).Contains(ServerConfigPath))];

    public string ServerConfigText => File.Exists(ServerConfigPath) ? File.ReadAllText(ServerConfigPath) : "";

    public AgentProcess StartAgent()
    {
        Settings.Save(SettingsPath);
        var binary = cluster.Options.AgentBinary ?? Repository.AgentBinary;
        agents.Add(AgentProcess.Start(binary, ["-c", SettingsPath, "-n", ServerConfigPath], Environment, cluster.Subnet, Folder, Path.Combine(Folder, "agent")));
        return Agent!;
    }

    /// <summary>TERM, and the exit code.</summary>
    public Task<int> StopAgentAsync(TimeSpan deadline)
    {
        Agent!.Terminate();
        return Agent.WaitForExitAsync(deadline);
    }

    /// <summary>The whole node is lost: agent and server killed, instance gone from the cloud. The row stays.</summary>
    public async Task VanishAsync()
    {
        var servers = ServerPids;
        Agent?.Kill();
        foreach (var pid in servers) Posix.Signal(pid, Posix.Kill);
        foreach (var pid in ServerPids) Posix.Signal(pid, Posix.Kill); // one that was just being started
        await cluster.Cloud.RemoveInstanceAsync(Instance);
    }

    internal async Task EndAsync()
    {
        foreach (var agent in agents) await agent.DisposeAsync();
        Probe.Dispose();
    }

    private AgentSettingsFile StandardSettings()
    {
        var options = cluster.Options;
        return new AgentSettingsFile
        {
            ["general", "servers-timeout"] = $"{options.ServersTimeout.TotalSeconds}",
            ["general", "delete-timeout"] = $"{options.DeleteTimeout.TotalSeconds}",
            ["general", "heartbeat-interval"] = $"{options.HeartbeatInterval.TotalSeconds}",
            ["general", "address"] = "private",
            ["dynamodb", "table"] = cluster.Table.Name,
            ["user", "nats_user"] = options.User,
            ["user", "nats_pass"] = options.Password,
            ["server", "client-host"] = Ip,
            ["server", "cluster-host"] = Ip,
            ["server", "monitor-host"] = Ip,
            ["server", "lame-duck-duration"] = "30", // the least that a server accepts
            ["server", "lame-duck-grace"] = "1",
        };
    }

    private Dictionary<string, string> StandardEnvironment()
    {
        var cloud = cluster.Cloud;
        var environment = new Dictionary<string, string>
        {
            ["PATH"] = $"{Repository.ServerFolder(cluster.Options.ServerLine)}:/usr/bin:/bin",
            ["HOME"] = Folder,
            ["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = Instance.Endpoint.ToString(),
            ["AWS_ENDPOINT_URL_DYNAMODB"] = cloud.DynamoDb.Endpoint.ToString(),
            ["AWS_ENDPOINT_URL_AUTO_SCALING"] = cloud.AutoScaling.Endpoint.ToString(),
        };
        if (!cluster.Options.CredentialsFromMetadata)
        {
            environment["AWS_ACCESS_KEY_ID"] = Instance.StaticKey.AccessKeyId;
            environment["AWS_SECRET_ACCESS_KEY"] = Instance.StaticKey.SecretAccessKey;
        }
        foreach (var (name, value) in cluster.Options.Environment) environment[name] = value;
        return environment;
    }
}
