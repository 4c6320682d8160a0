using System.Collections.Immutable;

namespace AwsNats.Settings;

/// <summary>
/// Everything a user can set, checked. Defaults stand at the properties; keys, ranges and the environment names stand in
/// <see cref="KnownSettings"/> and docs/SETTINGS.md.
/// </summary>
internal sealed record AgentSettings
{
    // [general]

    /// <summary>A row silent for longer is no route any more. Key servers-timeout, seconds.</summary>
    public TimeSpan ServersTimeout { get; init; } = TimeSpan.FromSeconds(30); // 30 s: three beats; the old Java client's filter uses the same 30 s

    /// <summary>A row silent for longer is deleted. Key delete-timeout, seconds.</summary>
    public TimeSpan DeleteTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Shortest time between two heartbeats; the jitter comes on top. Key heartbeat-interval, seconds.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(10); // the old script's beat

    /// <summary>How long to wait at boot for metadata and registry. Key start-timeout, seconds.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What peers dial. Key address: auto, public, private, ipv6, or a literal address or host name.</summary>
    public AddressChoice Address { get; init; } = AddressChoice.Auto;

    /// <summary>Where roster and server record are kept; null means beside the server's configuration file. Key state-dir.</summary>
    public string? StateDirectory { get; init; }

    /// <summary>Shape of our log lines. Key log-format: text or json.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    // [dynamodb]

    /// <summary>Name of the table. Key table.</summary>
    public string Table { get; init; } = "nats";

    /// <summary>The table's region; null means the instance's own. Key region.</summary>
    public string? Region { get; init; }

    /// <summary>Rows may name a host instead of an address. Key allow-host-names.</summary>
    public bool AllowHostNames { get; init; }

    // [user]: what clients must present

    public string? NatsUser { get; init; }

    public Secret? NatsPassword { get; init; }

    /// <summary>Seconds a client has for its CONNECT. Key timeout; null leaves the server's default.</summary>
    public double? AuthorizationTimeout { get; init; }

    // [cluster]

    /// <summary>Name of the cluster; null means the table's name. Key name.</summary>
    public string? ClusterName { get; init; }

    /// <summary>What routes must present, and what ours present. Keys user, password.</summary>
    public string? RouteUser { get; init; }

    public Secret? RoutePassword { get; init; }

    // [server]

    /// <summary>Path or name of the executable; null means nats-server, else gnatsd, from PATH. Key server.</summary>
    public string? ServerExecutable { get; init; }

    public string ClientHost { get; init; } = "0.0.0.0";

    public int ClientPort { get; init; } = 4242;

    public string ClusterHost { get; init; } = "0.0.0.0";

    public int ClusterPort { get; init; } = 7244;

    /// <summary>The monitor answers without a password, so it is bound to loopback unless told otherwise.</summary>
    public string MonitorHost { get; init; } = "127.0.0.1";

    public int MonitorPort { get; init; } = 8222;

    /// <summary>server_name; null means the instance id. Key name of [server].</summary>
    public string? ServerName { get; init; }

    /// <summary>The user's own server_tags, beside ours. Key tags, comma separated.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>The user's own file of further server configuration. Key include, a path.</summary>
    public string? Include { get; init; }

    /// <summary>lame_duck_duration; the server refuses less than 30 s.</summary>
    public TimeSpan LameDuckDuration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>lame_duck_grace_period; must be below the duration.</summary>
    public TimeSpan LameDuckGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a started server may take to become healthy (JetStream recovers before it is). Key start-timeout of [server].</summary>
    public TimeSpan ServerStartTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Restarts allowed within the window; 0 reports Unhealthy at the first death. Key restart-limit.</summary>
    public int RestartLimit { get; init; } = 3;

    /// <summary>Key restart-window, seconds.</summary>
    public TimeSpan RestartWindow { get; init; } = TimeSpan.FromMinutes(10);

    // [health]

    /// <summary>Whether SetInstanceHealth is called at all. Key report: on or off.</summary>
    public bool ReportHealth { get; init; } = true;
}

internal enum LogFormat
{
    Text,
    Json,
}

/// <summary>Which of the instance's addresses peers dial.</summary>
internal sealed record AddressChoice(AddressKind Kind, string? Literal = null)
{
    /// <summary>public-ipv4, else local-ipv4: what the original script did.</summary>
    public static AddressChoice Auto { get; } = new(AddressKind.Auto);
}

internal enum AddressKind
{
    Auto,
    Public,
    Private,
    Ipv6,
    Literal,
}
