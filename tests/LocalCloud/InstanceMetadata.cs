using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;

namespace LocalCloud;

/// <summary>
/// One instance's metadata service, version 2 only, as strict as AWS's user guide says ("Use the Instance Metadata Service"): no token 401,
/// bad TTL 400, X-Forwarded-For 403, absent 404.
/// </summary>
public sealed class InstanceMetadata : CloudService
{
    private const string TokenPath = "/latest/api/token";
    private const string TtlHeader = "X-aws-ec2-metadata-token-ttl-seconds";
    private const string TokenHeader = "X-aws-ec2-metadata-token";

    /// <summary>Six hours in seconds: the longest life of a token.</summary>
    private const int LongestTtl = 21600;

    private readonly Instance instance;
    private readonly ConcurrentDictionary<string, (long Issued, TimeSpan Ttl)> tokens = new();

    internal InstanceMetadata(Instance instance, CloudClock clock, IPEndPoint listen)
        : base(clock, listen) => this.instance = instance;

    /// <summary>Every token handed out so far is refused from now on.</summary>
    public void ExpireTokens() => tokens.Clear();

    private protected override Call Describe(Request request, DateTimeOffset time) => new()
    {
        Time = time,
        InstanceId = instance.InstanceId,
        Operation = request.RawPath.StartsWith("/latest/", StringComparison.Ordinal) ? request.RawPath["/latest/".Length..] : request.RawPath,
        Method = request.Method,
        Path = request.RawPath,
        Body = BodyText(request),
    };

    private protected override Task<Reply> HandleAsync(Request request, Call call) => Task.FromResult(Handle(request));

    private protected override Reply FaultReply(Fault fault, Call call) => fault.Kind switch
    {
        FaultKind.Throttled => Page(429, "Too Many Requests"),
        FaultKind.Denied => Page(403, "Forbidden"), // what a disabled service answers
        _ => Page(fault.Status, "Server Error"),
    };

    private Reply Handle(Request request)
    {
        if (request.RawPath == TokenPath) return request.Method == "PUT" ? Issue(request) : NotAllowed("OPTIONS, PUT");
        if (request.Method is not ("GET" or "HEAD")) return NotAllowed("OPTIONS, GET, HEAD");
        if (Remaining(request.Headers[TokenHeader].ToString()) is not { } remaining) return Page(401, "Unauthorized");
        var reply = Find(request.RawPath) is { } value ? Reply.Text(200, "text/plain", value) : Page(404, "Not Found");
        reply.Headers[TtlHeader] = $"{(int)remaining.TotalSeconds}";
        return reply;
    }

    private Reply Issue(Request request)
    {
        if (request.Headers.ContainsKey("X-Forwarded-For")) return Page(403, "Forbidden");
        var text = request.Headers[TtlHeader].ToString();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ttl) || ttl is < 1 or > LongestTtl)
            return Page(400, "Bad Request");
        var token = Convert.ToBase64String(RandomNumberGenerator.GetBytes(40)) + "=="; // 40 bytes: 56 characters, about as long as AWS's
        tokens[token] = (Clock.Source.GetTimestamp(), TimeSpan.FromSeconds(ttl));
        var reply = Reply.Text(200, "text/plain", token);
        reply.Headers[TtlHeader] = text;
        return reply;
    }

    private TimeSpan? Remaining(string token)
    {
        if (!tokens.TryGetValue(token, out var entry)) return null;
        var left = entry.Ttl - Clock.Source.GetElapsedTime(entry.Issued);
        return left > TimeSpan.Zero ? left : null;
    }

    private string? Find(string rawPath)
    {
        if (!rawPath.StartsWith("/latest/", StringComparison.Ordinal)) return null;
        var path = rawPath["/latest/".Length..];
        var values = MetadataTree.Of(instance);
        if (values.TryGetValue(path, out var value)) return value;
        return MetadataTree.List(values, path.TrimEnd('/'));
    }

    private static Reply NotAllowed(string allow)
    {
        var reply = Page(405, "Method Not Allowed");
        reply.Headers["Allow"] = allow;
        return reply;
    }

    private static Reply Page(int status, string title) => Reply.Text(status, "text/html", $"""
        <?xml version="1.0" encoding="iso-8859-1"?>
        <html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
         <head><title>{status} - {title}</title></head>
         <body><h1>{status} - {title}</h1></body>
        </html>

        """);
}
