using System.Collections.Immutable;

namespace AwsNats.Supervision;

/// <summary>One unasked end of the server, or one start that failed.</summary>
/// <param name="At">Monotonic.</param>
/// <param name="AwsTime">For people: when, in AWS's clock.</param>
/// <param name="How">"signal 9 (KILL)", "exit code 1", "no healthy answer for 15 s", "could not be started: ...".</param>
/// <param name="NeverRan">The start itself failed.</param>
internal sealed record Death(TimeSpan At, DateTimeOffset AwsTime, string How, bool NeverRan = false);

/// <summary>What to do after a death. <paramref name="Delay"/> null means: give up.</summary>
/// <param name="Recent">The deaths that still count, the newest last.</param>
internal sealed record RestartVerdict(TimeSpan? Delay, ImmutableArray<Death> Recent);

/// <summary>Restart with growing pauses; more than the limit within the window is no accident any more.</summary>
internal static class RestartPolicy
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1); // design: 1 -> 60 s
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    /// <param name="deaths">All that are remembered, the one just seen last.</param>
    /// <param name="limit">Restarts allowed within the window; 0 gives up at the first death.</param>
    public static RestartVerdict Judge(ImmutableArray<Death> deaths, TimeSpan now, int limit, TimeSpan window)
    {
        var recent = deaths.Where(death => now - death.At <= window).ToImmutableArray();
        if (recent.Length > limit) return new RestartVerdict(null, recent);
        return new RestartVerdict(Delay(recent.Length), recent);
    }

    /// <summary>1, 2, 4 ... 60 s.</summary>
    public static TimeSpan Delay(int deathsInWindow)
    {
        var delay = FirstDelay * Math.Pow(2, Math.Clamp(deathsInWindow - 1, 0, 6));
        return delay < LongestDelay ? delay : LongestDelay;
    }

    /// <summary>The row's description: how it died, how often, since when.</summary>
    public static string Describe(ImmutableArray<Death> recent, TimeSpan window) =>
        recent.All(death => death.NeverRan) ? DescribeStarts(recent, window) : recent switch
        {
            [var only] => $"nats-server ended: {only.How} at {Clock(only)}",
            [var first, .., var last] =>
                $"nats-server ended {recent.Length} times within {window.TotalSeconds:0} s since {Clock(first)}, the last time with {last.How} at {Clock(last)}",
            _ => "nats-server ended",
        };

    private static string DescribeStarts(ImmutableArray<Death> recent, TimeSpan window) => recent switch
    {
        [var only] => $"nats-server could not be started: {only.How}, at {Clock(only)}",
        [var first, .., var last] => $"nats-server could not be started {recent.Length} times within {window.TotalSeconds:0} s since {Clock(first)}: {last.How}, at {Clock(last)}",
        _ => "nats-server was not started",
    };

    private static string Clock(Death death) => $"{death.AwsTime.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}";
}
