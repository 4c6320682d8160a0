namespace AwsNats.Registry;

/// <summary>What a row's status attribute may say.</summary>
internal enum NodeStatus
{
    Starting,
    Working,
    Error,
    Draining,
}

/// <summary>Our own row, as it is to be written. <see cref="Time"/> is in AWS's clock.</summary>
/// <param name="Ip">The key.</param>
/// <param name="Time">When this heartbeat is written; epoch seconds on the wire.</param>
/// <param name="Status">starting, working, error or draining on the wire.</param>
/// <param name="Description">Why, in a sentence; null removes the attribute.</param>
/// <param name="Node">What only our own agents read.</param>
/// <param name="ReportedAt">When this instance was, or is about to be, reported Unhealthy; null removes the attribute.</param>
internal sealed record Heartbeat(
    string Ip, DateTimeOffset Time, NodeStatus Status, string? Description, NodeFacts Node, DateTimeOffset? ReportedAt);

/// <summary>The attributes that are ours alone; the old script and its clients ignore them.</summary>
internal sealed record NodeFacts(
    string InstanceId, string ServerName, string AvailabilityZone, string AgentVersion, string? ServerVersion,
    int ClientPort, int ClusterPort, int MonitorPort);
