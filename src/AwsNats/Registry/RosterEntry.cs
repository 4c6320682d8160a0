namespace AwsNats.Registry;

/// <summary>What the agent makes of one stranger's row.</summary>
/// <param name="Key">The row's ip as it stands in the table: the key to delete by.</param>
/// <param name="Host">The parsed address or host name that routes use.</param>
/// <param name="Port">The cluster port: the row's own, else ours.</param>
/// <param name="TimeText">The row's time as DynamoDB printed it.</param>
/// <param name="Time">The same, parsed.</param>
/// <param name="Silence">How long the row has not changed; on first sight its age in AWS's clock.</param>
/// <param name="Watched">How long we ourselves have watched it not change. Deleting goes by this alone: no clock can make it grow.</param>
/// <param name="Standing">Live, silent or expired.</param>
/// <param name="Status">Null for a text that we do not know.</param>
/// <param name="InstanceId">As written, or null.</param>
/// <param name="Expires">When the table's TTL may take the row; null when absent or senseless.</param>
/// <param name="ReportedAt">When that instance was reported Unhealthy; null when it was not.</param>
internal sealed record RosterEntry(
    string Key,
    string Host,
    int Port,
    string TimeText,
    DateTimeOffset Time,
    TimeSpan Silence,
    TimeSpan Watched,
    Standing Standing,
    NodeStatus? Status,
    string? InstanceId,
    DateTimeOffset? Expires,
    DateTimeOffset? ReportedAt)
{
    /// <summary>When its present time was first seen, or its count began anew; monotonic. No read may add more silence than has passed since.</summary>
    public TimeSpan CountedFrom { get; init; }

    /// <summary>Whether a route should lead there: it lives, and does not say of itself that its server is down.</summary>
    public bool IsRoute => Standing == Standing.Live && Status != NodeStatus.Error;
}

internal enum Standing
{
    /// <summary>Changed within servers-timeout.</summary>
    Live,

    /// <summary>Not changed for servers-timeout: no route leads there, the row stays.</summary>
    Silent,

    /// <summary>Watched without a change for delete-timeout.</summary>
    Expired,
}
