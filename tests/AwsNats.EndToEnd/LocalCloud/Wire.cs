using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using LocalCloud;

namespace AwsNats.EndToEnd.Clouds;

/// <summary>A plain HTTP client that signs as a well-behaved SDK does, and lets a test bend each part.</summary>
internal sealed class Wire : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = Patience };

    public Task<HttpResponseMessage> GetAsync(Uri address) => http.GetAsync(address);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage message) => http.SendAsync(message);

    public async Task<Answer> SendAsync(HttpMethod method, Uri address, params (string Name, string Value)[] headers)
    {
        using var message = new HttpRequestMessage(method, address);
        foreach (var (name, value) in headers) message.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(message);
        return await Answer.OfAsync(answer);
    }

    /// <summary>A signed form post.</summary>
    public async Task<Answer> FormAsync(Cloud cloud, Signing signing, params (string Name, string Value)[] fields)
    {
        var body = string.Join('&', fields.Select(f => $"{Uri.EscapeDataString(f.Name)}={Uri.EscapeDataString(f.Value)}"));
        using var message = Post(cloud.AutoScaling.Endpoint, body, "application/x-www-form-urlencoded; charset=utf-8");
        Sign(message, body, signing, "autoscaling");
        using var answer = await http.SendAsync(message);
        return await Answer.OfAsync(answer);
    }

    /// <summary>A signed DynamoDB call.</summary>
    public async Task<Answer> DynamoDbAsync(Cloud cloud, Signing signing, string operation, string body)
    {
        using var message = Post(cloud.DynamoDb.Endpoint, body, "application/x-amz-json-1.0");
        message.Headers.Add("X-Amz-Target", "DynamoDB_20120810." + operation);
        Sign(message, body, signing, "dynamodb");
        using var answer = await http.SendAsync(message);
        return await Answer.OfAsync(answer);
    }

    public void Dispose() => http.Dispose();

    private static HttpRequestMessage Post(Uri address, string body, string contentType)
    {
        var message = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        message.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return message;
    }

    private static void Sign(HttpRequestMessage message, string body, Signing signing, string service)
    {
        if (signing.Key is not { } key) return;
        var stamp = signing.Date.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        message.Headers.Add("X-Amz-Date", stamp);
        if (signing.SessionToken is { } token) message.Headers.Add("X-Amz-Security-Token", token);
        var headers = message.Headers.Concat(message.Content!.Headers)
            .Select(h => (Name: h.Key.ToLowerInvariant(), Value: string.Join(',', h.Value)))
            .Append((Name: "host", Value: message.RequestUri!.Authority)).Where(h => !signing.LeftOut.Contains(h.Name))
            .OrderBy(h => h.Name, StringComparer.Ordinal).ToList();
        var names = string.Join(';', headers.Select(h => h.Name));
        var canonical = $"POST\n/\n\n{string.Concat(headers.Select(h => $"{h.Name}:{h.Value}\n"))}\n{names}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}";
        var scope = $"{stamp[..8]}/{signing.Region}/{signing.Service ?? service}/aws4_request";
        var text = $"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var bytes = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + signing.Secret), (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part)));
        var signature = Hex(HMACSHA256.HashData(bytes, Encoding.UTF8.GetBytes(text)));
        message.Headers.TryAddWithoutValidation("Authorization",
            $"AWS4-HMAC-SHA256 Credential={key.AccessKeyId}/{scope}, SignedHeaders={names}, Signature={signature}");
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

/// <summary>How to sign.</summary>
/// <param name="Key">Null: not at all.</param>
internal sealed record Signing(AccessKey? Key)
{
    public string? Secret { get; init; } = Key?.SecretAccessKey;

    public string? SessionToken { get; init; } = Key?.SessionToken;

    public DateTimeOffset Date { get; init; } = TimeProvider.System.GetUtcNow();

    public string Region { get; init; } = "eu-west-1";

    /// <summary>Null: the right one.</summary>
    public string? Service { get; init; }

    /// <summary>Headers that are sent but not signed.</summary>
    public IReadOnlyList<string> LeftOut { get; init; } = [];

    public static Signing None { get; } = new((AccessKey?)null);
}

/// <summary>What came back.</summary>
internal sealed record Answer(HttpStatusCode Status, string Body, DateTimeOffset? Date, IReadOnlyDictionary<string, string> Headers)
{
    public int Code => (int)Status;

    public static async Task<Answer> OfAsync(HttpResponseMessage message) => new(
        message.StatusCode, await message.Content.ReadAsStringAsync(), message.Headers.Date,
        message.Headers.Concat(message.Content.Headers).ToDictionary(h => h.Key, h => string.Join(',', h.Value), StringComparer.OrdinalIgnoreCase));
}
