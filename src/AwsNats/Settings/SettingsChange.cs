using System.Collections.Immutable;

namespace AwsNats.Settings;

/// <summary>What a SIGHUP may change. The rest needs the agent, and with it the server, to be started anew.</summary>
internal static class SettingsChange
{
    /// <returns>The settings to go on with, and the keys whose new value waits for a restart.</returns>
    public static (AgentSettings Effective, ImmutableArray<string> Waiting) Apply(AgentSettings current, AgentSettings wanted)
    {
        var effective = current with
        {
            ServersTimeout = wanted.ServersTimeout,
            DeleteTimeout = wanted.DeleteTimeout,
            HeartbeatInterval = wanted.HeartbeatInterval,
            StartTimeout = wanted.StartTimeout,
            AllowHostNames = wanted.AllowHostNames,
            NatsUser = wanted.NatsUser,
            NatsPassword = wanted.NatsPassword,
            AuthorizationTimeout = wanted.AuthorizationTimeout,
            RouteUser = wanted.RouteUser,
            RoutePassword = wanted.RoutePassword,
            ServerStartTimeout = wanted.ServerStartTimeout,
            RestartLimit = wanted.RestartLimit,
            RestartWindow = wanted.RestartWindow,
            ReportHealth = wanted.ReportHealth,
        };
        return (effective, [.. Waiting(current, wanted)]);
    }

    private static IEnumerable<string> Waiting(AgentSettings current, AgentSettings wanted)
    {
        if (current.Address != wanted.Address) yield return "[general] address";
        if (current.StateDirectory != wanted.StateDirectory) yield return "[general] state-dir";
        if (current.LogFormat != wanted.LogFormat) yield return "[general] log-format";
        if (current.Table != wanted.Table) yield return "[dynamodb] table";
        if (current.Region != wanted.Region) yield return "[dynamodb] region";
        if (current.ClusterName != wanted.ClusterName) yield return "[cluster] name";
        if (current.ServerExecutable != wanted.ServerExecutable) yield return "[server] server";
        if (current.ClientHost != wanted.ClientHost) yield return "[server] client-host";
        if (current.ClientPort != wanted.ClientPort) yield return "[server] client-port";
        if (current.ClusterHost != wanted.ClusterHost) yield return "[server] cluster-host";
        if (current.ClusterPort != wanted.ClusterPort) yield return "[server] cluster-port";
        if (current.MonitorHost != wanted.MonitorHost) yield return "[server] monitor-host";
        if (current.MonitorPort != wanted.MonitorPort) yield return "[server] monitor-port";
        if (current.ServerName != wanted.ServerName) yield return "[server] name";
        if (!current.Tags.SequenceEqual(wanted.Tags)) yield return "[server] tags";
        if (current.Include != wanted.Include) yield return "[server] include";
        if (current.LameDuckDuration != wanted.LameDuckDuration) yield return "[server] lame-duck-duration";
        if (current.LameDuckGrace != wanted.LameDuckGrace) yield return "[server] lame-duck-grace";
    }
}
