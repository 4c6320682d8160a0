namespace AwsNats.Supervision;

/// <summary>The server's monitoring port. Nothing here throws but cancellation.</summary>
internal interface IServerMonitor
{
    /// <summary>One health probe with its own short deadline.</summary>
    Task<ProbeAnswer> ProbeAsync(CancellationToken cancellation);

    /// <summary>When the server last accepted a configuration, as /varz prints it; null when it does not answer.</summary>
    Task<string?> ConfigLoadTimeAsync(CancellationToken cancellation);

    /// <summary>How many distinct peers /routez lists; null when it does not answer.</summary>
    Task<int?> RoutesAsync(CancellationToken cancellation);
}

/// <summary>What a probe found.</summary>
/// <param name="Health">Three answers, not two: unknown never counts.</param>
/// <param name="Detail">Why not healthy, in the server's words or ours.</param>
internal sealed record ProbeAnswer(ServerHealth Health, string? Detail = null);

internal enum ServerHealth
{
    Healthy,
    Unhealthy,

    /// <summary>The probe itself failed for a reason of ours: no descriptors, a path that this version lacks, a clock that jumped.</summary>
    Unknown,
}
