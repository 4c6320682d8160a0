namespace LocalCloud;

/// <summary>One request that arrived at a service.</summary>
public sealed class Call
{
    /// <summary>When it arrived, on the cloud's clock without its offset.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Whose request it is: by listener for metadata, by access key (not yet verified) elsewhere; null when unknown.</summary>
    public required string? InstanceId { get; init; }

    /// <summary>UpdateItem, Scan, SetInstanceHealth…; for metadata the path below /latest/, for example meta-data/instance-id.</summary>
    public required string Operation { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    /// <summary>The request's body as text.</summary>
    public required string Body { get; init; }

    /// <summary>The form's fields, for Auto Scaling; empty elsewhere.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>The answer's status; 0 while there is none, and for ever when a fault swallowed it.</summary>
    public int Status { get; internal set; }

    public override string ToString() => $"{Time:HH:mm:ss.fff} {InstanceId ?? "-"} {Method} {Path} {Operation} -> {Status}";
}

/// <summary>A request as the services see it.</summary>
internal sealed record Request(string Method, string RawPath, string RawQuery, IHeaderDictionary Headers, byte[] Body);

/// <summary>An answer as the services give it.</summary>
internal sealed record Reply(int Status, string ContentType, byte[] Body)
{
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public static Reply Text(int status, string contentType, string text) => new(status, contentType, System.Text.Encoding.UTF8.GetBytes(text));
}
