using System.Globalization;
using System.Text.Json;
using AwsNats.Registry;
using AwsNats.Tests.Identity;

namespace AwsNats.Tests.Registry;

/// <summary>What DynamoDB says on the wire.</summary>
internal static class DynamoDbWire
{
    public static readonly DateTimeOffset ServerDate = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    public static readonly Heartbeat Beat = new("10.0.0.7", DateTimeOffset.FromUnixTimeSeconds(1_770_000_000), NodeStatus.Working, null,
        new NodeFacts("i-0123456789abcdef0", "nats-1", "eu-west-1a", "0.1.0", "2.10.27", 4242, 7244, 8222), null);

    public static (string, string) Date(DateTimeOffset at) => ("Date", at.ToString("r", CultureInfo.InvariantCulture));

    public static WireReply Ok(string body = "{}") => new(200, body, Date(ServerDate), ("Content-Type", "application/x-amz-json-1.0"));

    public static WireReply Refusal(string code, string message, int status = 400, DateTimeOffset? date = null) => new(
        status,
        JsonSerializer.Serialize(new Dictionary<string, string> { ["__type"] = $"com.amazonaws.dynamodb.v20120810#{code}", ["message"] = message }, TestJson.Default.DictionaryStringString),
        Date(date ?? ServerDate), ("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-RequestId", "REQ"));

    /// <summary>The call's name, as X-Amz-Target carries it.</summary>
    public static string Action(WireRequest request) => request.Header("X-Amz-Target")!.Split('.')[1];

    public static JsonElement Json(WireRequest request) => JsonDocument.Parse(request.Body).RootElement;

    /// <summary>When the request was signed, by its X-Amz-Date.</summary>
    public static DateTimeOffset SignedAt(WireRequest request) =>
        DateTimeOffset.ParseExact(request.Header("X-Amz-Date")!, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class TestJson : System.Text.Json.Serialization.JsonSerializerContext;
