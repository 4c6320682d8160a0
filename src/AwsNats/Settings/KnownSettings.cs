using System.Collections.Immutable;

namespace AwsNats.Settings;

/// <summary>
/// Every key there is. A new setting is one entry here (and its row in docs/SETTINGS.md and examples/aws-nats.conf, which tests ask for):
/// reader, environment variable, nearest names and documentation all live from this table.
/// </summary>
internal static class KnownSettings
{
    public const string VariablePrefix = "AWS_NATS_";

    /// <summary>Variables of our name that are no settings: what the repository's own tests take.</summary>
    public static ImmutableArray<string> OtherVariables { get; } = ["AWS_NATS_BINARY", "AWS_NATS_SEED"];

    private const int ThirtyDays = 30 * 24 * 3600; // seconds
    private const int Day = 24 * 3600; // seconds
    private const int Hour = 3600; // seconds

    public static ImmutableArray<Setting> All { get; } =
    [
        // 5 s: half the default beat; below that one lost packet drops a route
        new("general", "servers-timeout", Shapes.Seconds(5, Day, (s, v) => s with { ServersTimeout = v }), "30", Change.Hangup,
            "A server whose row has not changed for so many seconds is no route any more. At least 2.5 heartbeat intervals."),
        new("general", "delete-timeout", Shapes.Seconds(6, ThirtyDays, (s, v) => s with { DeleteTimeout = v }), "3600", Change.Hangup,
            "A row that has not changed for so many seconds is deleted. Greater than servers-timeout."),
        // 0.005 s: simulations and tests; 60 s: with the longest beat a dead server is still noticed within minutes
        new("general", "heartbeat-interval", Shapes.Fraction(0.005m, 60m, (s, v) => s with { HeartbeatInterval = Span(v) }), "10", Change.Hangup,
            "Seconds from one heartbeat to the next; up to a fifth is added at random."),
        new("general", "start-timeout", Shapes.Seconds(10, Hour, (s, v) => s with { StartTimeout = v }), "300", Change.AgentStart,
            "Seconds to wait at boot for the instance metadata and the table before giving up."),
        new("general", "address", Shapes.DialAddress((s, v) => s with { Address = v }), "auto", Change.AgentStart,
            "What peers dial, and the key of our row. auto: the public IPv4 address, or the private one if there is none."),
        new("general", "state-dir", Shapes.AbsolutePath((s, v) => s with { StateDirectory = v }), null, Change.AgentStart,
            "Where the last roster and the record of the running server are kept.") { Unset = "beside the server's configuration file" },
        new("general", "log-format", Shapes.Format((s, v) => s with { LogFormat = v }), "text", Change.AgentStart,
            "The form of the log lines on standard error."),

        new("DynamoDB", "table", Shapes.TableName((s, v) => s with { Table = v }), null, Change.AgentStart,
            "The table that holds the rows; its hash key is the string ip.") { IsRequired = true, Unset = "must be given" },
        new("DynamoDB", "region", Shapes.Region((s, v) => s with { Region = v }), null, Change.AgentStart,
            "The table's region.") { Unset = "the instance's own" },
        new("DynamoDB", "allow-host-names", Shapes.Switch((s, v) => s with { AllowHostNames = v }), "off", Change.Hangup,
            "Whether the ip of a row may be a host name; off, such rows are reported once and ignored."),

        new("user", "nats_user", Shapes.Text((s, v) => s with { NatsUser = v }), null, Change.Hangup,
            "The name that clients must present. Together with nats_pass.") { Unset = "clients need no password" },
        new("user", "nats_pass", Shapes.Secret((s, v) => s with { NatsPassword = v }), null, Change.Hangup,
            "The password that clients must present, or its bcrypt hash.") { Unset = "clients need no password" },
        new("user", "timeout", Shapes.Fraction(0.1m, 60m, (s, v) => s with { AuthorizationTimeout = (double)v }), null, Change.Hangup,
            "Seconds that a client has to present them.") { Unset = "the server's own" },

        new("cluster", "name", Shapes.Word((s, v) => s with { ClusterName = v }), null, Change.ServerStart,
            "The cluster's name; servers of different names refuse each other.") { Unset = "the table's name" },
        new("cluster", "user", Shapes.Text((s, v) => s with { RouteUser = v }), null, Change.Hangup,
            "The name that servers present to each other. Together with password, the same on every instance.") { Unset = "routes need no password" },
        new("cluster", "password", Shapes.ClearSecret((s, v) => s with { RoutePassword = v }), null, Change.Hangup,
            "The password that servers present to each other.") { Unset = "routes need no password" },

        new("server", "server", Shapes.Executable((s, v) => s with { ServerExecutable = v }), null, Change.ServerStart,
            "The server's executable.") { Unset = "nats-server, else gnatsd, from PATH" },
        new("server", "client-host", Shapes.ListenAddress((s, v) => s with { ClientHost = v }), "0.0.0.0", Change.ServerStart,
            "Where clients connect."),
        new("server", "client-port", Shapes.Port((s, v) => s with { ClientPort = v }), "4242", Change.ServerStart,
            "Where clients connect."),
        new("server", "cluster-host", Shapes.ListenAddress((s, v) => s with { ClusterHost = v }), "0.0.0.0", Change.ServerStart,
            "Where the other servers connect."),
        new("server", "cluster-port", Shapes.Port((s, v) => s with { ClusterPort = v }), "7244", Change.ServerStart,
            "Where the other servers connect."),
        new("server", "monitor-host", Shapes.ListenAddress((s, v) => s with { MonitorHost = v }), "127.0.0.1", Change.ServerStart,
            "Where the server's monitoring answers, without a password: think before you open it."),
        new("server", "monitor-port", Shapes.Port((s, v) => s with { MonitorPort = v }), "8222", Change.ServerStart,
            "Where the server's monitoring answers. The three ports differ where their hosts overlap."),
        new("server", "name", Shapes.Word((s, v) => s with { ServerName = v }), null, Change.ServerStart,
            "The server's name, unlike any other in the cluster.") { Unset = "the instance id" },
        new("server", "tags", Shapes.Words((s, v) => s with { Tags = v }), null, Change.ServerStart,
            "Tags of the server beside our own az and instance.") { Unset = "none" },
        new("server", "include", Shapes.AbsolutePath((s, v) => s with { Include = v }), null, Change.ServerStart,
            "Your own file of server configuration: JetStream, accounts, TLS, leaf nodes.") { Unset = "none" },
        // 30 s: nats-server 2.9 to 2.15 refuses less (measured); an hour: no drain is waited for longer
        new("server", "lame-duck-duration", Shapes.Seconds(30, Hour, (s, v) => s with { LameDuckDuration = v }), "30", Change.ServerStart,
            "Seconds over which a draining server sends its clients away."),
        // 1 s: nats-server takes 0 for its own default of 10 s (measured)
        new("server", "lame-duck-grace", Shapes.Seconds(1, Hour, (s, v) => s with { LameDuckGrace = v }), "5", Change.ServerStart,
            "Seconds before a draining server sends the first client away. Less than lame-duck-duration."),
        new("server", "start-timeout", Shapes.Seconds(10, Hour, (s, v) => s with { ServerStartTimeout = v }), "300", Change.Hangup,
            "Seconds that a started server may take to become healthy; JetStream recovers its streams first."),
        new("server", "restart-limit", Shapes.Count(0, 100, (s, v) => s with { RestartLimit = v }), "3", Change.Hangup,
            "Restarts allowed within restart-window; one more death is reported as Unhealthy. 0: the first is."),
        new("server", "restart-window", Shapes.Seconds(10, Day, (s, v) => s with { RestartWindow = v }), "600", Change.Hangup,
            "Seconds within which restarts are counted."),

        new("health", "report", Shapes.Switch((s, v) => s with { ReportHealth = v }), "on", Change.Hangup,
            "Whether the instance's health is reported to Auto Scaling."),
    ];

    /// <summary>The sections as documented, in their order.</summary>
    public static ImmutableArray<string> Sections { get; } = [.. All.Select(setting => setting.Section).Distinct()];

    /// <summary>The setting of a section and a key in any spelling of the two; null when there is none.</summary>
    public static Setting? Find(string section, string key) => All.FirstOrDefault(setting =>
        IniFile.Normalize(setting.Section) == IniFile.Normalize(section) && IniFile.Normalize(setting.Key) == IniFile.Normalize(key));

    private static TimeSpan Span(decimal seconds) => TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
}
