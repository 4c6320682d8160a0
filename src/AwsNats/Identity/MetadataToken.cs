namespace AwsNats.Identity;

/// <summary>A session token of the metadata service.</summary>
/// <param name="Value">Goes into the header x-aws-ec2-metadata-token.</param>
/// <param name="FetchedAt">A timestamp of the monotonic clock: a wall clock that jumps must not make it look fresh.</param>
internal sealed record MetadataToken(string Value, long FetchedAt)
{
    /// <summary>6 h: the longest that the service grants (1 to 21600 s).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(21600);

    /// <summary>5 min before its end it is renewed: arbitrary, far longer than any request takes.</summary>
    public static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);

    public bool IsFresh(TimeProvider time) => time.GetElapsedTime(FetchedAt) < Lifetime - RenewBefore;
}
