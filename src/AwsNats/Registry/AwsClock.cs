using AwsNats.Agent;

namespace AwsNats.Registry;

/// <summary>AWS's time, read off a reply's Date header and carried on by the monotonic clock, so that a step of the host's clock does not matter.</summary>
/// <param name="Date">What the header said (one-second steps, cut off).</param>
/// <param name="At">When it was read.</param>
internal sealed record AwsClock(DateTimeOffset Date, TimeSpan At)
{
    /// <summary>AWS's now; before any reply the host's own clock is the best guess.</summary>
    public static DateTimeOffset Now(AwsClock? clock, Moment now) => clock is null ? now.Host : clock.Date + (now.Elapsed - clock.At);
}
