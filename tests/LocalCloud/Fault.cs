namespace LocalCloud;

/// <summary>What goes wrong, on purpose, instead of an answer.</summary>
public enum FaultKind
{
    None,

    /// <summary>The right answer, late.</summary>
    Slow,

    /// <summary>The connection is accepted and never answered.</summary>
    Hang,

    /// <summary>HTTP 5xx in the service's own shape.</summary>
    ServerError,

    /// <summary>The connection is reset (TCP RST) before any work is done.</summary>
    Reset,

    /// <summary>The work is done, then the connection is reset: the caller cannot know.</summary>
    LoseReply,

    /// <summary>DynamoDB: 400 ProvisionedThroughputExceededException. Auto Scaling: 400 Throttling. Metadata: 429.</summary>
    Throttled,

    /// <summary>DynamoDB: 400 AccessDeniedException. Auto Scaling: 403 AccessDenied. Metadata: 403.</summary>
    Denied,

    /// <summary>HTTP 200 with a body that is no JSON, XML or value at all.</summary>
    Garbage,

    /// <summary>The right answer, cut off in the middle of its body.</summary>
    Truncated,

    /// <summary>Auto Scaling: 500 ResourceContention.</summary>
    Contention,

    /// <summary>The listener is closed: connection refused. For a whole service only.</summary>
    Refuse,
}

/// <summary>One fault with its figures.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Delay">How late, for <see cref="FaultKind.Slow"/>; wall-clock time.</param>
/// <param name="Status">The HTTP status, for <see cref="FaultKind.ServerError"/>.</param>
public sealed record Fault(FaultKind Kind, TimeSpan Delay = default, int Status = 500)
{
    public static Fault None { get; } = new(FaultKind.None);

    public static Fault Hang { get; } = new(FaultKind.Hang);

    public static Fault Reset { get; } = new(FaultKind.Reset);

    public static Fault LoseReply { get; } = new(FaultKind.LoseReply);

    public static Fault Throttled { get; } = new(FaultKind.Throttled);

    public static Fault Denied { get; } = new(FaultKind.Denied);

    public static Fault Garbage { get; } = new(FaultKind.Garbage);

    public static Fault Truncated { get; } = new(FaultKind.Truncated);

    public static Fault Contention { get; } = new(FaultKind.Contention);

    public static Fault Refuse { get; } = new(FaultKind.Refuse);

    public static Fault Slow(TimeSpan delay) => new(FaultKind.Slow, delay);

    public static Fault ServerError(int status = 500) => new(FaultKind.ServerError, Status: status);
}
