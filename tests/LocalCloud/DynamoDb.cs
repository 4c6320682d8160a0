using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace LocalCloud;

/// <summary>
/// DynamoDB's front door before a real implementation of its tables: checks signatures, dates and the checksum as DynamoDB does, counts,
/// and passes everything else through.
/// </summary>
public sealed class DynamoDb : CloudService
{
    private const string TargetPrefix = "DynamoDB_20120810.";
    private const string ContentType = "application/x-amz-json-1.0";
    private const string OwnErrors = "com.amazonaws.dynamodb.v20120810#";
    private const string CommonErrors = "com.amazon.coral.service#";

    /// <summary>What a client would send through a proxy on its own account, or what belongs to one connection only.</summary>
    private static readonly HashSet<string> NotForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host", "Connection", "Content-Length", "Content-Type", "Transfer-Encoding", "Expect", "Accept-Encoding",
    };

    private readonly KeyRing keys;
    private readonly SigV4 signatures;
    private readonly HttpClient upstream = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    internal DynamoDb(CloudClock clock, IPEndPoint listen, KeyRing keys, string region, Uri? upstreamAddress)
        : base(clock, listen)
    {
        this.keys = keys;
        signatures = new SigV4(keys, region, "dynamodb");
        Upstream = upstreamAddress;
    }

    /// <summary>The implementation behind the front; null: every signed call answers 500.</summary>
    public Uri? Upstream { get; set; }

    /// <summary>The most items that one page of a Scan or Query holds, so that small tables have many pages; null leaves it to the caller.</summary>
    public int? PageLimit { get; set; }

    private protected override void DisposeOwn() => upstream.Dispose();

    private protected override Call Describe(Request request, DateTimeOffset time)
    {
        var target = request.Headers["X-Amz-Target"].ToString();
        var key = SigV4.NamedKey(request);
        return new Call
        {
            Time = time,
            InstanceId = key is null ? null : keys.Find(key)?.InstanceId,
            Operation = target.StartsWith(TargetPrefix, StringComparison.Ordinal) ? target[TargetPrefix.Length..] : target,
            Method = request.Method,
            Path = request.RawPath,
            Body = BodyText(request),
        };
    }

    private protected override Reply FaultReply(Fault fault, Call call) => fault.Kind switch
    {
        FaultKind.Throttled => Error(400, OwnErrors + "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API."),
        FaultKind.Denied => Error(400, CommonErrors + "AccessDeniedException",
            $"User: arn:aws:sts::123456789012:assumed-role/nats/{call.InstanceId} is not authorized to perform: dynamodb:{call.Operation} because no identity-based policy allows the dynamodb:{call.Operation} action"),
        FaultKind.Contention => throw new InvalidOperationException("Contention is a fault of Auto Scaling alone."),
        _ when fault.Status == 503 => Error(503, CommonErrors + "ServiceUnavailableException", "The service is unavailable."),
        _ => Error(fault.Status, OwnErrors + "InternalServerError", "The request processing has failed because of an unknown error."),
    };

    private protected override async Task<Reply> HandleAsync(Request request, Call call)
    {
        if (request.Method == "GET") return Finish(Reply.Text(200, "text/plain", "healthy: dynamodb"));
        var signature = signatures.Verify(request, Clock.Now);
        if (signature.Key is null) return Refuse(signature);
        if (Upstream is not { } address) return Error(500, OwnErrors + "InternalServerError", "No DynamoDB implementation stands behind this front.");
        try
        {
            return await ForwardAsync(request, call, address);
        }
        catch (HttpRequestException e)
        {
            return Error(500, OwnErrors + "InternalServerError", $"The DynamoDB implementation behind this front does not answer: {e.Message}");
        }
    }

    private async Task<Reply> ForwardAsync(Request request, Call call, Uri address)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(address, request.RawPath));
        message.Content = new ByteArrayContent(Paged(request.Body, call.Operation));
        message.Content.Headers.TryAddWithoutValidation("Content-Type", request.Headers.ContentType.ToString());
        foreach (var (name, values) in request.Headers)
        {
            if (!NotForwarded.Contains(name)) message.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        using var answer = await upstream.SendAsync(message);
        var body = await answer.Content.ReadAsByteArrayAsync();
        return Finish(new Reply((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString() ?? ContentType, body));
    }

    private byte[] Paged(byte[] body, string operation)
    {
        if (PageLimit is not { } limit || operation is not ("Scan" or "Query") || JsonNode.Parse(body) is not JsonObject json) return body;
        json["Limit"] = json["Limit"] is { } own ? Math.Min(limit, own.GetValue<int>()) : limit;
        return System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static Reply Refuse(SignatureAnswer answer) => Error(400, CommonErrors + answer.Fault switch
    {
        SignatureFault.Missing => "MissingAuthenticationTokenException",
        SignatureFault.Incomplete => "IncompleteSignatureException",
        SignatureFault.UnknownKey => "UnrecognizedClientException",
        SignatureFault.ExpiredToken => "ExpiredTokenException",
        _ => "InvalidSignatureException",
    }, answer.Message);

    private static Reply Error(int status, string type, string message)
    {
        var json = new JsonObject { ["__type"] = type, ["message"] = message };
        return Finish(Reply.Text(status, ContentType, json.ToJsonString()));
    }

    private static Reply Finish(Reply reply)
    {
        reply.Headers["x-amzn-RequestId"] = RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 52); // DynamoDB's length
        reply.Headers["x-amz-crc32"] = $"{Crc32.Of(reply.Body)}";
        return reply;
    }
}
