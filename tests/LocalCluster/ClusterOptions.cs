namespace LocalCluster;

/// <summary>How a cluster is laid out. The times are short ones for tests; the demo and the benchmark set their own.</summary>
public sealed record ClusterOptions
{
    public int Nodes { get; init; } = 3;

    /// <summary>nats-server's line: 2.9, 2.10 or 2.15.</summary>
    public string ServerLine { get; init; } = "2.9";

    /// <summary>A shared DynamoDB implementation; null starts one for this cluster alone.</summary>
    public Dynalite? Dynalite { get; init; }

    /// <summary>The agent; null means the published native binary.</summary>
    public string? AgentBinary { get; init; }

    /// <summary>1 s: ten times the usual pace.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>6 s: some beats more than the shortest that the agent accepts, so that a busy machine evicts nobody.</summary>
    public TimeSpan ServersTimeout { get; init; } = TimeSpan.FromSeconds(6);

    public TimeSpan DeleteTimeout { get; init; } = TimeSpan.FromSeconds(20);

    public string User { get; init; } = "nats";

    public string Password { get; init; } = "test password; 100% #1=yes";

    /// <summary>True: the agent takes the role's temporary keys from its metadata service. False: lasting keys in its environment.</summary>
    public bool CredentialsFromMetadata { get; init; } = true;

    /// <summary>Last word on a node's settings, before they are written.</summary>
    public Action<Node, AgentSettingsFile>? Settings { get; init; }

    /// <summary>More variables for every agent, for example LD_PRELOAD and FAKETIME.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Keep the folder whatever happens.</summary>
    public bool Keep { get; init; }
}
