using System.Collections.Immutable;
using AwsNats.Registry;
using AwsNats.ServerConfig;

namespace AwsNats.Tests.Registry;

/// <summary>Reads of a table told one after the other: every call is one read, and the roster of the read before goes into the next.</summary>
internal sealed class RosterStory(RosterRules? rules = null)
{
    /// <summary>AWS's time at the monotonic instant 0.</summary>
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    public static readonly RosterRules Rules = new(
        OwnAddress: "10.0.0.1", DefaultPort: 7244, AllowHostNames: false,
        ServersTimeout: TimeSpan.FromSeconds(30), DeleteTimeout: TimeSpan.FromSeconds(120), HeartbeatInterval: TimeSpan.FromSeconds(10));

    public Roster Roster { get; private set; } = Roster.Empty;

    public DateTimeOffset AwsNow { get; private set; } = Start;

    /// <summary>Whom an earlier life knew; looked at by the first read alone.</summary>
    public Peer[]? Earlier { get; init; }

    public Standing? this[string host] => Entry(host)?.Standing;

    public RosterEntry? Entry(string host) => Roster.Entries.Values.SingleOrDefault(entry => entry.Host == host);

    public RosterStory Read(double seconds, params Row[] rows) => Read(seconds, trusted: true, rows);

    /// <summary>A read whose own heartbeat had failed.</summary>
    public RosterStory ReadUntrusted(double seconds, params Row[] rows) => Read(seconds, trusted: false, rows);

    /// <summary>The same rows every ten seconds, first and last instant included.</summary>
    public RosterStory ReadEvery10(double from, double to, params Row[] rows)
    {
        for (var at = from; at <= to; at += 10) Read(at, rows);
        return this;
    }

    public string[] Deletable() => [.. Roster.Deletable(AwsNow).Select(entry => entry.Key)];

    /// <summary>A row as its agent would write it.</summary>
    /// <param name="writtenAt">Seconds after the start, in AWS's clock plus whatever the writer's clock is off.</param>
    public static Row Row(string ip, double writtenAt, string? status = "working", double? expiresAt = null, string? clusterPort = null) => new(
        ip, Stamp(writtenAt), status, ClusterPort: clusterPort, Expires: expiresAt is { } at ? Stamp(at) : null);

    public static string Stamp(double seconds) => $"{Start.ToUnixTimeSeconds() + seconds}";

    private RosterStory Read(double seconds, bool trusted, Row[] rows)
    {
        AwsNow = Start.AddSeconds(seconds);
        Roster = Roster.Judge(Roster, [.. rows], TimeSpan.FromSeconds(seconds), AwsNow, trusted, rules ?? Rules,
            Roster == Roster.Empty && Earlier is not null ? [.. Earlier] : null);
        return this;
    }
}
