using System.Collections.Immutable;
using System.Text;
using AwsNats.Agent;
using AwsNats.Health;
using AwsNats.Identity;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;
using static AwsNats.Telemetry.LogLevel;

namespace AwsNats.Telemetry;

/// <summary>Every message of the program, one method each: what happened, to what, and what to do. Pure; <see cref="Log"/> gives them their form.</summary>
internal static class Messages
{
    /// <summary>A table full of nonsense is no reason to fill a disk: five rows are named, the rest are counted.</summary>
    private const int RowsNamed = 5;

    private const int LongestQuote = 80;

    public static LogLine AgentStarting(string version, string config, string serverConfig) =>
        Line(Info, "agent_starting", null, ("version", version), ("config", config), ("server_config", serverConfig));

    public static LogLine AgentEnds(ExitCode code) =>
        Line(code == ExitCode.Stopped ? Info : Error, "agent_ends", null, ("exit_code", $"{(int)code}"), ("meaning", $"{code}"));

    public static LogLine Bug(Exception exception) =>
        Line(Error, "bug", "this is a bug of aws-nats: please report it with these lines; the server is left running", ("exception", exception.ToString()));

    public static LogLine SettingsError(string text) => Line(Error, "settings_error", text);

    public static LogLine SettingsWarning(string text) => Line(Warn, "settings_warning", text);

    public static LogLine SettingsKept() => Line(Error, "settings_kept", "the settings file has errors: the settings in force stay; mend the file and send SIGHUP again");

    public static LogLine SettingsTaken(ImmutableArray<string> waiting) => waiting.IsEmpty
        ? Line(Info, "settings_taken", null)
        : Line(Warn, "settings_taken", "some changes wait until the agent is restarted", ("waiting", string.Join(", ", waiting)));

    public static LogLine DirectoryMissing(string directories) => Line(Error, "directory_missing",
        $"there is no directory {directories}: create it, or name another with -n or [general] state-dir");

    public static LogLine LockRefused(string fault) => Line(Error, "lock_refused", fault);

    public static LogLine IdentityFailing(string fault, TimeSpan pause) => Line(Warn, "identity_failing", fault, ("next_try_s", Seconds(pause)));

    public static LogLine NoIdentity(string fault, TimeSpan budget) =>
        Line(Error, "no_identity", $"the instance metadata gave no identity within {Seconds(budget)} s: {fault}");

    public static LogLine IdentityKnown(InstanceIdentity identity) => Line(Info, "identity_known", null,
        ("instance", identity.InstanceId), ("address", identity.Address), ("zone", identity.AvailabilityZone));

    public static LogLine RosterFileUnusable(string fault) => Line(Warn, "roster_file_unusable", $"the roster of an earlier run cannot be used: {fault}");

    public static LogLine RosterFileNotWritten(string fault) =>
        Line(Warn, "roster_file_not_written", $"a boot without AWS will not know the peers: {fault}");

    public static LogLine RosterRead(int rows, int peers) => Line(Info, "roster_read", null, ("rows", $"{rows}"), ("peers", $"{peers}"));

    public static LogLine EarlierRosterServes(int peers) => Line(Warn, "earlier_roster_serves",
        "the table does not answer: starting with the peers that an earlier run knew", ("peers", $"{peers}"));

    public static LogLine NoRegistry(TimeSpan budget) => Line(Error, "no_registry",
        $"the table could not be read within {Seconds(budget)} s and there is no earlier roster on disk: check the table's name, the role and the way to DynamoDB");

    public static LogLine RegistryFailing(RegistryFault fault, TimeSpan lasted) => Line(Warn, "registry_failing",
        $"{fault.Message}; the server goes on with the last roster", ("kind", $"{fault.Kind}".ToLowerInvariant()), ("for_s", Seconds(lasted)));

    public static LogLine RegistryBack(TimeSpan lasted) => Line(Info, "registry_back", null, ("after_s", Seconds(lasted)));

    public static LogLine ClockOff(TimeSpan off) => Line(Warn, "clock_off",
        "this host's clock differs from AWS's: heartbeats carry AWS's time, but see to chrony", ("seconds", Seconds(off)));

    public static IEnumerable<LogLine> RowsIgnored(IEnumerable<RowFault> faults)
    {
        var all = faults.ToList();
        foreach (var fault in all.Take(RowsNamed))
            yield return Line(Warn, "row_ignored", $"a row of the table is ignored: {fault.Reason}; find out who wrote it and delete it", ("ip", Quote(fault.Key)));
        if (all.Count > RowsNamed)
            yield return Line(Warn, "rows_ignored", "more rows of the table are ignored for such reasons", ("rows", $"{all.Count - RowsNamed}"));
    }

    public static LogLine RowDeleted(string ip, RegistryFault? fault) => fault is null
        ? Line(Info, "row_deleted", "silent for delete-timeout", ("ip", Quote(ip)))
        : Line(Warn, "row_not_deleted", fault.Message, ("ip", Quote(ip)));

    public static LogLine PeerJoined(Peer peer) => Line(Info, "peer_joined", null, ("peer", $"{peer.Host}"), ("port", $"{peer.Port}"));

    public static LogLine PeerLeft(Peer peer, RosterEntry? entry) => Line(Info, "peer_left", null, ("peer", peer.Host), ("why", entry switch
    {
        null => "row gone",
        { Status: NodeStatus.Error } => "row says error",
        _ => $"silent for {Seconds(entry.Silence)} s",
    }));

    public static LogLine Summary(int peers, int routes) => Line(routes < peers ? Warn : Info, "summary",
        routes < peers ? "some peers have no route: check security groups and cluster names" : null, ("peers", $"{peers}"), ("routes", $"{routes}"));

    public static LogLine ConfigReloaded(ImmutableSortedSet<Peer> routes) => Line(Info, "config_reloaded", null, ("routes", $"{routes.Count}"));

    public static LogLine ConfigImpossible(ConfigResult result) => Line(Error, "config_impossible",
        result.End == ConfigEnd.Refused ? $"the server refuses its configuration: {result.Words}" : $"the server configuration cannot be written: {result.Words}");

    public static LogLine ConfigRefused(ConfigResult result, TimeSpan pause) => Line(Error, "config_refused",
        $"{(result.End == ConfigEnd.Refused ? "the server refuses the new configuration" : "the new configuration cannot be written")}: {result.Words}; the last good one stays",
        ("next_try_s", Seconds(pause)));

    public static LogLine ServerFound(VersionAnswer version) => Line(Info, "server_found", null, ("path", $"{version.Path}"), ("version", $"{version.Version}"));

    public static LogLine ExecutableMissing(string fault, TimeSpan pause) =>
        Line(Warn, "server_executable_missing", $"{fault}; the running server goes on, its configuration cannot follow the roster", ("next_try_s", Seconds(pause)));

    public static LogLine ServerAdopted(int pid) => Line(Info, "server_adopted", "a server that an earlier agent left running is ours again", ("pid", $"{pid}"));

    public static LogLine ServerStarted(int pid, int routes) => Line(Info, "server_started", null, ("pid", $"{pid}"), ("routes", $"{routes}"));

    public static LogLine ServerHealthy(int pid, TimeSpan took) => Line(Info, "server_healthy", null, ("pid", $"{pid}"), ("after_s", Seconds(took)));

    public static LogLine ProbeFailed(string? detail, int times, int limit) =>
        Line(Warn, "probe_failed", detail, ("times", $"{times}"), ("restart_at", $"{limit}"));

    public static LogLine ProbeUnknown(string? detail) => Line(Warn, "probe_unknown", $"the server's health cannot be told and counts neither way: {detail}");

    public static LogLine ServerStopping(string why, ServerSignal signal, TimeSpan patience) =>
        Line(Info, "server_stopping", why, ("signal", Name(signal)), ("harder_after_s", Seconds(patience)));

    public static LogLine ServerStopped(ServerExit exit) => Line(Info, "server_stopped", null, ("with", exit.ToString()));

    public static LogLine ServerDied(Death death, int deaths, TimeSpan? delay) => Line(Error, death.NeverRan ? "server_not_started" : "server_died", death.How,
        [("deaths_in_window", $"{deaths}"), .. delay is { } pause ? [("restart_after_s", Seconds(pause))] : Array.Empty<(string, string)>()]);

    public static LogLine GivingUp(Failure failure, AgentSettings settings) => Line(Error, "giving_up",
        $"{failure.Description}; restart-limit is {settings.RestartLimit}: read the server's own lines above");

    public static LogLine Recovered() => Line(Info, "recovered", "the server is healthy again: no report is needed");

    public static LogLine BrakeHolds(string reason, TimeSpan pause) => Line(Error, "brake_holds",
        $"this instance is not reported Unhealthy: {reason}; the server is started once more before the next try", ("next_try_s", Seconds(pause)));

    public static LogLine Reported(bool healthy) => Line(healthy ? Info : Error, healthy ? "reported_healthy" : "reported_unhealthy",
        healthy ? null : "the Auto Scaling group will replace this instance");

    public static LogLine ReportDelayed(bool healthy, string? why, TimeSpan pause) =>
        Line(Warn, "report_delayed", why, ("health", healthy ? "Healthy" : "Unhealthy"), ("next_try_s", Seconds(pause)));

    public static LogLine ReportImpossible(ReportAnswer answer) => Line(answer.Outcome == ReportOutcome.NotInGroup ? Info : Error, "report_impossible", answer.Message);

    public static LogLine LeavingUnreported() => Line(Error, "leaving_unreported",
        "the group cannot be told that this instance is lost (see report, or [health] report = off): terminate it by hand or mend it");

    public static LogLine Draining() => Line(Info, "draining", "asked to stop; ask again to hurry");

    public static LogLine Drained(RegistryFault? fault, TimeSpan took) => fault is null
        ? Line(Info, "drained", null, ("after_s", Seconds(took)))
        : Line(Warn, "drained", $"our row stays until the others delete it: {fault.Message}", ("after_s", Seconds(took)));

    private static LogLine Line(LogLevel level, string name, string? message, params IEnumerable<(string Key, string Value)> fields) =>
        new(level, name, message, [.. fields.Select(field => KeyValuePair.Create(field.Key, field.Value))]);

    private static string Seconds(TimeSpan time) => $"{Math.Round(time.TotalSeconds, 1)}";

    private static string Name(ServerSignal signal) => signal switch
    {
        ServerSignal.Reload => "HUP", ServerSignal.LameDuck => "USR2", ServerSignal.Interrupt => "INT", _ => "KILL",
    };

    /// <summary>A stranger's text, made harmless for a terminal and short enough for a line.</summary>
    private static string Quote(string text)
    {
        var quoted = new StringBuilder();
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, LongestQuote))) quoted.Append(char.IsControl(c) || c > '~' ? '?' : c);
        return text.Length > LongestQuote ? $"{quoted}... ({text.Length} characters)" : quoted.ToString();
    }
}
