using System.Collections.Concurrent;

namespace AwsNats.Tests.Identity;

/// <summary>The metadata service of a public instance in eu-west-1a, version 2 only, whose answers a test may change.</summary>
internal sealed class MetadataService : IAsyncDisposable
{
    public const string Data = "/latest/meta-data/";
    private readonly LoopbackServer server;
    private int issued;

    public MetadataService() => server = new LoopbackServer(request => Override?.Invoke(request) ?? Answer(request));

    /// <summary>Path below meta-data to its value; what is not here is 404.</summary>
    public ConcurrentDictionary<string, string> Values { get; } = new()
    {
        ["instance-id"] = "i-0123456789abcdef0",
        ["placement/region"] = "eu-west-1",
        ["placement/availability-zone"] = "eu-west-1a",
        ["public-ipv4"] = "203.0.113.7",
        ["local-ipv4"] = "10.0.0.7",
        ["ipv6"] = "2001:db8:0:0::7",
    };

    /// <summary>Answers in place of the service where it returns something.</summary>
    public Func<WireRequest, WireReply?>? Override { get; set; }

    /// <summary>Only the newest token is good; a restart forgets it.</summary>
    public string GoodToken { get; private set; } = "";

    public Uri Endpoint => server.Endpoint;

    public IReadOnlyList<WireRequest> Requests => server.Requests;

    public int Connections => server.Connections;

    public int TokensIssued => issued;

    public void Restart() => GoodToken = "";

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private WireReply Answer(WireRequest request)
    {
        if (request is { Method: "PUT", Path: "/latest/api/token" })
        {
            if (request.Header("X-aws-ec2-metadata-token-ttl-seconds") != "21600") return new WireReply(400);
            GoodToken = $"token-{Interlocked.Increment(ref issued)}==";
            return new WireReply(200, GoodToken);
        }

        if (GoodToken == "" || request.Header("X-aws-ec2-metadata-token") != GoodToken) return new WireReply(401);
        return request.Path.StartsWith(Data, StringComparison.Ordinal) && Values.TryGetValue(request.Path[Data.Length..], out var value)
            ? new WireReply(200, value)
            : new WireReply(404, "<html>404</html>");
    }
}
