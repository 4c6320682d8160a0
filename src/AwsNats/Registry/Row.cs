namespace AwsNats.Registry;

/// <summary>
/// One item of the table as it was read: written by anyone, so nothing in it is believed before <see cref="Roster"/> has judged it.
/// A null means that the attribute is missing or not of its type.
/// </summary>
/// <param name="Ip">The key, any text.</param>
/// <param name="Time">The number as DynamoDB prints it: the very text to give back in the conditional delete.</param>
/// <param name="Status">Any text.</param>
/// <param name="Description">Any text.</param>
/// <param name="InstanceId">Any text.</param>
/// <param name="ClusterPort">The number as DynamoDB prints it.</param>
/// <param name="Expires">The number as DynamoDB prints it, epoch seconds.</param>
/// <param name="ReportedAt">The number as DynamoDB prints it, epoch seconds.</param>
/// <param name="ServerName">Any text.</param>
/// <param name="AvailabilityZone">Any text.</param>
/// <param name="AgentVersion">Any text.</param>
/// <param name="ServerVersion">Any text.</param>
/// <param name="ClientPort">The number as DynamoDB prints it.</param>
/// <param name="MonitorPort">The number as DynamoDB prints it.</param>
internal sealed record Row(
    string Ip,
    string? Time,
    string? Status = null,
    string? Description = null,
    string? InstanceId = null,
    string? ClusterPort = null,
    string? Expires = null,
    string? ReportedAt = null,
    string? ServerName = null,
    string? AvailabilityZone = null,
    string? AgentVersion = null,
    string? ServerVersion = null,
    string? ClientPort = null,
    string? MonitorPort = null);
