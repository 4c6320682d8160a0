using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace LocalCluster;

/// <summary>
/// The registry's table, written and read behind the cloud's back in DynamoDB's own JSON: no faults, no signatures, nothing counted. Tests
/// play the old script and poisoned rows with it.
/// </summary>
public sealed class TestTable
{
    private const int BatchSize = 25; // BatchWriteItem's most

    private readonly Dynalite dynalite;

    internal TestTable(Dynalite dynalite, string name)
    {
        this.dynalite = dynalite;
        Name = name;
    }

    public string Name { get; }

    /// <summary>An attribute of type string.</summary>
    public static JsonObject S(string text) => new() { ["S"] = text };

    /// <summary>An attribute of type number.</summary>
    public static JsonObject N(string number) => new() { ["N"] = number };

    public static JsonObject N(long number) => N(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>The text of a string or number attribute; null when the row, or the attribute, is not there.</summary>
    public static string? Text(JsonObject? row, string attribute) =>
        row?[attribute] is JsonObject value ? (value["S"] ?? value["N"])?.GetValue<string>() : null;

    /// <summary>A whole-item put, as the old script does every 10 s: whatever else stood in the row is gone.</summary>
    public Task PutAsync(string ip, long time, string status = "working") =>
        PutAsync(new JsonObject { ["ip"] = S(ip), ["time"] = N(time), ["status"] = S(status) });

    public Task PutAsync(JsonObject item) => CallAsync("PutItem", new JsonObject { ["Item"] = item });

    public async Task PutManyAsync(IEnumerable<JsonObject> items)
    {
        foreach (var batch in items.Chunk(BatchSize))
        {
            var puts = new JsonArray([.. batch.Select(i => new JsonObject { ["PutRequest"] = new JsonObject { ["Item"] = i } })]);
            await CallAsync("BatchWriteItem", new JsonObject { ["RequestItems"] = new JsonObject { [Name] = puts } }, withTable: false);
        }
    }

    /// <summary>Sets one attribute and leaves the others, as the old script does with `description`.</summary>
    public Task SetAsync(string ip, string attribute, JsonObject value) => CallAsync("UpdateItem", new JsonObject
    {
        ["Key"] = Key(ip),
        ["UpdateExpression"] = "SET #a = :v",
        ["ExpressionAttributeNames"] = new JsonObject { ["#a"] = attribute },
        ["ExpressionAttributeValues"] = new JsonObject { [":v"] = value },
    });

    /// <returns>Null when there is no such row.</returns>
    public async Task<JsonObject?> GetAsync(string ip) =>
        (await CallAsync("GetItem", new JsonObject { ["Key"] = Key(ip), ["ConsistentRead"] = true }))["Item"] as JsonObject;

    public Task DeleteAsync(string ip) => CallAsync("DeleteItem", new JsonObject { ["Key"] = Key(ip) });

    /// <summary>Every row, over all pages.</summary>
    public Task<IReadOnlyList<JsonObject>> ScanAsync() => ScanAsync([]);

    /// <summary>The old Java client's read: only rows whose time is after the given one, projected to `ip`.</summary>
    public async Task<IReadOnlyList<string>> ScanAddressesAfterAsync(long time)
    {
        var rows = await ScanAsync(new JsonObject
        {
            ["FilterExpression"] = "#t > :t",
            ["ProjectionExpression"] = "ip",
            ["ExpressionAttributeNames"] = new JsonObject { ["#t"] = "time" },
            ["ExpressionAttributeValues"] = new JsonObject { [":t"] = N(time) },
        });
        return [.. rows.Select(r => Text(r, "ip")!)];
    }

    /// <summary>Any operation, in DynamoDB's JSON; TableName is added.</summary>
    /// <exception cref="InvalidOperationException">It was refused: the message is the answer.</exception>
    public async Task<JsonObject> CallAsync(string operation, JsonObject request, bool withTable = true)
    {
        if (withTable) request["TableName"] = Name;
        using var message = new HttpRequestMessage(HttpMethod.Post, dynalite.Address);
        message.Content = new StringContent(request.ToJsonString(), Encoding.UTF8);
        message.Content.Headers.ContentType = new("application/x-amz-json-1.0");
        message.Headers.Add("X-Amz-Target", "DynamoDB_20120810." + operation);
        message.Headers.Add("X-Amz-Date", "20200101T000000Z"); // dynalite wants both headers and verifies neither
        message.Headers.TryAddWithoutValidation("Authorization",
            "AWS4-HMAC-SHA256 Credential=test/20200101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature=0");
        using var answer = await dynalite.Http.SendAsync(message);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"{operation} on {Name}: {(int)answer.StatusCode} {text}");
        return JsonNode.Parse(text)!.AsObject();
    }

    internal async Task CreateAsync()
    {
        await CallAsync("CreateTable", new JsonObject
        {
            ["AttributeDefinitions"] = new JsonArray(new JsonObject { ["AttributeName"] = "ip", ["AttributeType"] = "S" }),
            ["KeySchema"] = new JsonArray(new JsonObject { ["AttributeName"] = "ip", ["KeyType"] = "HASH" }),
            ["ProvisionedThroughput"] = new JsonObject { ["ReadCapacityUnits"] = 5, ["WriteCapacityUnits"] = 5 }, // any: dynalite does not throttle
        });
        await Wait.UntilAsync(
            async () => (await CallAsync("DescribeTable", []))["Table"]!["TableStatus"]!.GetValue<string>() == "ACTIVE", TimeSpan.FromSeconds(10));
    }

    internal Task DropAsync() => CallAsync("DeleteTable", []);

    private async Task<IReadOnlyList<JsonObject>> ScanAsync(JsonObject request)
    {
        var rows = new List<JsonObject>();
        request["ConsistentRead"] = true;
        while (true)
        {
            var page = await CallAsync("Scan", request.DeepClone().AsObject());
            rows.AddRange(page["Items"]!.AsArray().Select(i => i!.AsObject()));
            if (page["LastEvaluatedKey"] is not { } last) return rows;
            request["ExclusiveStartKey"] = last.DeepClone();
        }
    }

    private static JsonObject Key(string ip) => new() { ["ip"] = S(ip) };
}
