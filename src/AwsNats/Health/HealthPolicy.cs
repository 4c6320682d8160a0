using AwsNats.Registry;

namespace AwsNats.Health;

/// <summary>May this instance be reported Unhealthy now?</summary>
/// <param name="Hold">Null: report. Else why not, in a sentence.</param>
internal sealed record BrakeVerdict(string? Hold);

/// <summary>
/// The fleet brake. A bad image or a broken probe must not take the whole cluster down: no report while fewer than half of the others live, and
/// never two at a time. Everyone writes its intent (reported_at) into its row before it reads the others', so of two that want to report at the
/// same moment at least one sees the other; whoever sees one waits, and a random pause decides who comes first.
/// </summary>
internal static class HealthPolicy
{
    /// <summary>10 min: a row silent for longer says nothing of the fleet's present state (a group that was scaled in, a table of old).</summary>
    private static readonly TimeSpan FleetWindow = TimeSpan.FromMinutes(10);

    /// <summary>Three beats: an intent is renewed at every beat while its report is being tried.</summary>
    private const int IntentBeats = 3;

    private static readonly TimeSpan LongestHold = TimeSpan.FromMinutes(10);

    /// <param name="roster">Read after our own intent was written.</param>
    /// <param name="awsNow">AWS's clock, which reported_at is in.</param>
    public static BrakeVerdict Judge(Roster roster, DateTimeOffset awsNow, TimeSpan heartbeat)
    {
        var window = heartbeat * IntentBeats;
        var rival = roster.Entries.Values.FirstOrDefault(entry => entry.ReportedAt is { } at && (awsNow - at).Duration() <= window);
        if (rival is not null) return new BrakeVerdict($"{rival.Host} is being reported at this moment");

        var others = roster.Entries.Values.Where(entry => entry.Silence <= FleetWindow).GroupBy(entry => entry.Host).ToList();
        var well = others.Count(rows => rows.Any(row => row.IsRoute));
        return well * 2 < others.Count
            ? new BrakeVerdict($"only {well} of {others.Count} other servers are well: replacing more instances would take the cluster down")
            : new BrakeVerdict(Hold: null);
    }

    /// <summary>The pause before the next try: two beats, doubled each time, at most ten minutes, stretched by up to half by chance.</summary>
    /// <param name="holds">How many holds came before.</param>
    /// <param name="dice">From 0 up to 1.</param>
    public static TimeSpan HoldFor(int holds, TimeSpan heartbeat, double dice)
    {
        var pause = heartbeat * 2 * Math.Pow(2, Math.Min(holds, 10));
        return (pause < LongestHold ? pause : LongestHold) * (1 + dice / 2);
    }
}
