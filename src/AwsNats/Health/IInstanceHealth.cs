namespace AwsNats.Health;

/// <summary>The Auto Scaling group's view of this instance.</summary>
internal interface IInstanceHealth
{
    /// <summary>SetInstanceHealth, once, within its own deadline. Faults come back as values; only cancellation throws.</summary>
    /// <param name="healthy">Healthy or Unhealthy.</param>
    /// <param name="respectGracePeriod">ShouldRespectGracePeriod.</param>
    Task<ReportAnswer> ReportAsync(bool healthy, bool respectGracePeriod, CancellationToken cancellation);
}

internal sealed record ReportAnswer(ReportOutcome Outcome, string? Message = null);

internal enum ReportOutcome
{
    Done,

    /// <summary>Inside the grace period, contention, throttling, no answer: try again.</summary>
    TryAgain,

    /// <summary>The role lacks autoscaling:SetInstanceHealth, or there are no credentials.</summary>
    Denied,

    /// <summary>The instance is in no Auto Scaling group.</summary>
    NotInGroup,
}
