using System.Collections.Immutable;
using AwsNats.ServerConfig;

namespace AwsNats.Registry;

/// <summary>What judging rows goes by.</summary>
/// <param name="OwnAddress">Our own row is no member of our roster.</param>
/// <param name="DefaultPort">Cluster port of rows that name none: the old script's.</param>
internal sealed record RosterRules(
    string OwnAddress, int DefaultPort, bool AllowHostNames, TimeSpan ServersTimeout, TimeSpan DeleteTimeout, TimeSpan HeartbeatInterval);

/// <summary>
/// What the agent makes of the registry. Others are judged by change on our monotonic clock: whoever's clock is wrong, theirs or ours, a row
/// that keeps changing is live. Only at first sight, when there is nothing to compare with, its time is held against AWS's.
/// </summary>
/// <param name="Entries">By the row's key: two spellings of one host are two rows, each watched on its own.</param>
/// <param name="Faults">Rows that are ignored, by key; each is reported when it first appears.</param>
/// <param name="TrustedAt">When silence was last counted; null before the first read.</param>
internal sealed record Roster(
    ImmutableSortedDictionary<string, RosterEntry> Entries,
    ImmutableDictionary<string, RowFault> Faults,
    TimeSpan? TrustedAt)
{
    /// <summary>5 s: Date headers are cut to seconds, and our peers' own AWS clocks are as coarse.</summary>
    private static readonly TimeSpan FutureTolerance = TimeSpan.FromSeconds(5);

    /// <summary>2.5 beats: a longer gap between two reads means that we, or AWS, were away; others may have been too.</summary>
    private const double LongestTrustedGap = 2.5;

    /// <summary>1.5 beats: whoever looks live at first sight gets the time to write once more and us to see it, before its age is held against it.</summary>
    private const double BeatsToProve = 1.5;

    /// <summary>Two days, twice what a heartbeat gives itself: an error row asking for more is no row of ours.</summary>
    private static readonly TimeSpan LongestErrorStay = TimeSpan.FromDays(2);

    public static Roster Empty { get; } = new(
        ImmutableSortedDictionary.Create<string, RosterEntry>(StringComparer.Ordinal), ImmutableDictionary.Create<string, RowFault>(StringComparer.Ordinal), null);

    /// <summary>Judges a complete read.</summary>
    /// <param name="previous">The roster of the read before.</param>
    /// <param name="rows">Every row of the table.</param>
    /// <param name="now">Monotonic.</param>
    /// <param name="awsNow">AWS's clock.</param>
    /// <param name="trusted">Whether our own heartbeat went through: when we cannot write, others may not be able to either, and their silence says nothing.</param>
    /// <param name="earlier">At the first read: whom an earlier life on this host knew, so that a row's age is not all there is to go by.</param>
    public static Roster Judge(
        Roster previous, ImmutableArray<Row> rows, TimeSpan now, DateTimeOffset awsNow, bool trusted, RosterRules rules, ImmutableArray<Peer>? earlier = null)
    {
        var known = earlier?.Select(peer => peer.Host).ToHashSet(StringComparer.Ordinal) ?? [];
        var counted = Counted(previous, now, trusted, rules);
        var entries = previous.Entries.Clear().ToBuilder();
        var faults = previous.Faults.Clear().ToBuilder();
        foreach (var row in rows)
        {
            if (PeerAddress.Same(row.Ip, rules.OwnAddress)) continue;
            var (parsed, fault) = RowParser.Parse(row, rules);
            if (parsed is null)
            {
                faults[row.Ip] = fault!;
                continue;
            }

            entries[row.Ip] = JudgeOne(previous.Entries.GetValueOrDefault(row.Ip), parsed, now, awsNow, counted, rules, known);
        }

        return new Roster(entries.ToImmutable(), faults.ToImmutable(), trusted ? now : previous.TrustedAt ?? now);
    }

    /// <summary>Whom routes lead to, one row for each host: of two spellings that both live, the younger row speaks.</summary>
    public IEnumerable<RosterEntry> Routes => Entries.Values.Where(entry => entry.IsRoute).GroupBy(entry => entry.Host).Select(rows => rows.MaxBy(row => row.Time)!);

    /// <summary>
    /// Rows to delete: watched without a change for delete-timeout. A row that says error stays until its own expiry, so that a person can read it.
    /// </summary>
    public IEnumerable<RosterEntry> Deletable(DateTimeOffset awsNow) =>
        Entries.Values.Where(entry => entry.Standing == Standing.Expired && !IsKeptForReading(entry, awsNow));

    private static bool IsKeptForReading(RosterEntry entry, DateTimeOffset awsNow) =>
        entry.Status == NodeStatus.Error && entry.Expires is { } expires && expires > awsNow && expires - awsNow <= LongestErrorStay;

    /// <summary>How much silence this read adds; null when the count must start anew, since nobody could be heard in between.</summary>
    private static TimeSpan? Counted(Roster previous, TimeSpan now, bool trusted, RosterRules rules)
    {
        if (previous.TrustedAt is not { } before) return TimeSpan.Zero;
        if (now - before > rules.HeartbeatInterval * LongestTrustedGap) return null;
        return trusted ? now - before : TimeSpan.Zero;
    }

    private static RosterEntry JudgeOne(
        RosterEntry? before, RowParser.ParsedRow parsed, TimeSpan now, DateTimeOffset awsNow, TimeSpan? counted, RosterRules rules, HashSet<string> known)
    {
        // A read between two trusted ones may have seen a change: what came before it is no silence of this time.
        var goesOn = before is not null && before.TimeText == parsed.Row.Time && counted is not null;
        var from = goesOn ? before!.CountedFrom : now;
        if (goesOn && counted > now - from) counted = now - from;
        var (silence, watched) = Silences(before, parsed, awsNow, counted, rules, known);
        var standing = watched > rules.DeleteTimeout ? Standing.Expired : silence > rules.ServersTimeout ? Standing.Silent : Standing.Live;
        var row = parsed.Row;
        return new RosterEntry(row.Ip, parsed.Host, parsed.Port, row.Time!, parsed.Time, silence, watched, standing, RowParser.Status(row.Status),
            row.InstanceId, RowParser.Seconds(row.Expires), RowParser.Seconds(row.ReportedAt)) { CountedFrom = from };
    }

    private static (TimeSpan Silence, TimeSpan Watched) Silences(
        RosterEntry? before, RowParser.ParsedRow parsed, DateTimeOffset awsNow, TimeSpan? counted, RosterRules rules, HashSet<string> known)
    {
        if (before is null)
        {
            // Whom we had routes to before gets a whole servers-timeout to write: after an outage every row is old, and a wrong clock makes a row old too.
            if (known.Contains(parsed.Host)) return (TimeSpan.Zero, TimeSpan.Zero);

            var age = awsNow - parsed.Time;
            // From the future: only a change can prove that somebody is there.
            if (age < -FutureTolerance) return (rules.ServersTimeout + TimeSpan.FromSeconds(1), TimeSpan.Zero);
            return (age > rules.ServersTimeout ? age : Min(Max(age, TimeSpan.Zero), LargestHeadStart(rules)), TimeSpan.Zero);
        }

        if (before.TimeText != parsed.Row.Time) return (TimeSpan.Zero, TimeSpan.Zero);
        if (counted is { } more) return (before.Silence + more, before.Watched + more);

        // The live get a whole servers-timeout again; who was silent before the gap stays silent until a change.
        return (before.Standing == Standing.Live ? TimeSpan.Zero : before.Silence, TimeSpan.Zero);
    }

    /// <summary>A writer's clock that is behind by a little less than servers-timeout must not cost its route right after the first sight.</summary>
    private static TimeSpan LargestHeadStart(RosterRules rules) => Max(rules.ServersTimeout - rules.HeartbeatInterval * BeatsToProve, TimeSpan.Zero);

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
