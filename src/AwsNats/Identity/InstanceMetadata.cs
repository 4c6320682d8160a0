using System.Globalization;
using System.Net;
using AwsNats.Settings;

namespace AwsNats.Identity;

/// <summary>
/// The instance metadata service, version 2 only: every question carries a session token. Nothing is retried here but a refused token; the
/// caller tries again within its start budget.
/// </summary>
internal sealed class InstanceMetadata : IInstanceMetadata, IDisposable
{
    /// <summary>1 s: the service is on the host; a packet that finds no answer by then will find none.</summary>
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(1);

    /// <summary>2 s a request: the service answers within milliseconds, and a hop limit that is too small looks like silence.</summary>
    private static readonly TimeSpan RequestDeadline = TimeSpan.FromSeconds(2);

    /// <summary>4: as many as the identity's questions that are asked at once, since waiting for a connection counts against a request's deadline.</summary>
    private const int Connections = 4;

    /// <summary>64 KiB: user data, the longest answer, is 16 KiB at most.</summary>
    private const int LongestAnswer = 64 * 1024;

    private const string TokenPath = "/latest/api/token";
    private const string DataPath = "/latest/meta-data/";

    private readonly AwsEndpoints endpoints;
    private readonly TimeProvider time;
    private readonly HttpClient client;
    private readonly SemaphoreSlim tokenGate = new(1, 1);
    private volatile MetadataToken? token;

    public InstanceMetadata(AwsEndpoints endpoints, TimeProvider time)
    {
        this.endpoints = endpoints;
        this.time = time;
        client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectDeadline,
            MaxConnectionsPerServer = Connections,
        })
        {
            BaseAddress = endpoints.Metadata,
            Timeout = Timeout.InfiniteTimeSpan, // RequestDeadline, which runs on the injected clock, takes its place
            MaxResponseContentBufferSize = LongestAnswer,
        };
    }

    public void Dispose()
    {
        client.Dispose();
        tokenGate.Dispose();
    }

    public async Task<IdentityAnswer> IdentifyAsync(AddressChoice choice, CancellationToken cancellation)
    {
        if (OffFault() is { } off) return new IdentityAnswer(null, off);

        // The token first and alone: were it to fail, every question below would wait for its own deadline.
        var (_, noToken) = await TokenAsync(refused: null, cancellation);
        if (noToken is not null) return new IdentityAnswer(null, noToken);

        // Then all at once: the start waits for nothing else, and each answer stands for itself.
        var id = GetAsync("instance-id", cancellation);
        var address = AddressAsync(choice, cancellation);
        var region = GetAsync("placement/region", cancellation);
        var zone = GetAsync("placement/availability-zone", cancellation);
        await Task.WhenAll(id, address, region, zone);

        var identity = new IdentityParts(Required("instance-id", await id), Required("placement/region", await region),
            Required("placement/availability-zone", await zone), await address);
        return identity.Judge();
    }

    /// <summary>Asks for one path below /latest/meta-data/, within the deadline of a request (and one more for a token).</summary>
    /// <param name="path">For example spot/instance-action.</param>
    /// <returns>The value; absent when the service says 404; else the fault.</returns>
    public async Task<MetadataAnswer> GetAsync(string path, CancellationToken cancellation)
    {
        if (OffFault() is { } off) return MetadataAnswer.Failed(off);
        var (session, fault) = await TokenAsync(refused: null, cancellation);
        if (session is null) return MetadataAnswer.Failed(fault!);

        var reply = await AskAsync(session, path, cancellation);
        if (reply.Status == HttpStatusCode.Unauthorized)
        {
            // The service forgets its tokens when it restarts, whatever they say of their lifetime: one new token, then give up.
            (session, fault) = await TokenAsync(refused: session, cancellation);
            if (session is null) return MetadataAnswer.Failed(fault!);
            reply = await AskAsync(session, path, cancellation);
        }

        return reply.Status switch
        {
            HttpStatusCode.OK => MetadataAnswer.Of(reply.Body.Trim()),
            HttpStatusCode.NotFound => MetadataAnswer.Absent,
            _ => MetadataAnswer.Failed(reply.Fault ?? MetadataFaults.Refused(endpoints.Metadata, $"GET {DataPath}{path}", reply.Status)),
        };
    }

    private async Task<MetadataAnswer> AddressAsync(AddressChoice choice, CancellationToken cancellation)
    {
        switch (choice.Kind)
        {
            case AddressKind.Literal:
                return MetadataAnswer.Of(choice.Literal!);
            case AddressKind.Ipv6:
                return IdentityParts.JudgeAddress("ipv6", await GetAsync("ipv6", cancellation));
            case AddressKind.Private:
                return IdentityParts.JudgeAddress("local-ipv4", await GetAsync("local-ipv4", cancellation));
            case AddressKind.Public:
                return IdentityParts.JudgeAddress("public-ipv4", await GetAsync("public-ipv4", cancellation));
            default:
                // Asked together for speed; the private one counts only when the service said that there is no public one.
                var privately = GetAsync("local-ipv4", cancellation);
                var publicly = await GetAsync("public-ipv4", cancellation);
                var second = await privately;
                return publicly == MetadataAnswer.Absent ? IdentityParts.JudgeAddress("local-ipv4", second) : IdentityParts.JudgeAddress("public-ipv4", publicly);
        }
    }

    private string? OffFault() => endpoints.MetadataDisabled ? MetadataFaults.Off : null;

    private static MetadataAnswer Required(string path, MetadataAnswer answer) => answer == MetadataAnswer.Absent
        ? MetadataAnswer.Failed($"the instance metadata service knows no {path}: what answers there is not that of an EC2 instance")
        : answer;

    /// <summary>The token in use, or a new one: only one is fetched at a time.</summary>
    /// <param name="refused">The token that the service no longer takes.</param>
    private async Task<(MetadataToken? Token, string? Fault)> TokenAsync(MetadataToken? refused, CancellationToken cancellation)
    {
        if (token is { } known && known != refused && known.IsFresh(time)) return (known, null);
        await tokenGate.WaitAsync(cancellation);
        try
        {
            if (token is { } other && other != refused && other.IsFresh(time)) return (other, null);
            token = null;
            var fetchedAt = time.GetTimestamp();
            using var request = new HttpRequestMessage(HttpMethod.Put, TokenPath);
            request.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", MetadataToken.Lifetime.TotalSeconds.ToString(CultureInfo.InvariantCulture));
            var reply = await SendAsync(request, cancellation);
            if (reply.Fault is not null) return (null, reply.Fault);
            if (reply.Status != HttpStatusCode.OK) return (null, MetadataFaults.Refused(endpoints.Metadata, $"PUT {TokenPath}", reply.Status));
            var value = reply.Body.Trim();
            if (!MetadataFaults.IsToken(value)) return (null, MetadataFaults.NotMetadata(endpoints.Metadata));
            token = new MetadataToken(value, fetchedAt);
            return (token, null);
        }
        finally
        {
            tokenGate.Release();
        }
    }

    private async Task<Reply> AskAsync(MetadataToken session, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, DataPath + path);
        request.Headers.Add("X-aws-ec2-metadata-token", session.Value);
        return await SendAsync(request, cancellation);
    }

    private async Task<Reply> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(RequestDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            using var response = await client.SendAsync(request, either.Token);
            return new Reply(response.StatusCode, await response.Content.ReadAsStringAsync(either.Token), null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new Reply(0, "", MetadataFaults.Silent(endpoints.Metadata, $"{request.Method} {request.RequestUri}", RequestDeadline));
        }
        catch (HttpRequestException broken)
        {
            return new Reply(0, "", MetadataFaults.Unreachable(endpoints.Metadata, broken.InnerException?.Message ?? broken.Message));
        }
    }

    /// <summary>What came back: a status and a body, or the fault.</summary>
    private readonly record struct Reply(HttpStatusCode Status, string Body, string? Fault);
}
