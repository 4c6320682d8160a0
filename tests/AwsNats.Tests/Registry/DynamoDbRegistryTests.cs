using System.Text.Json;
using Amazon.Runtime;
using AwsNats.Registry;
using AwsNats.Tests.Identity;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static AwsNats.Tests.Registry.DynamoDbWire;

namespace AwsNats.Tests.Registry;

/// <summary>What goes over the wire, and what is made of what comes back.</summary>
public sealed class DynamoDbRegistryTests : IAsyncDisposable
{
    private readonly LoopbackServer server;
    private readonly DynamoDbRegistry registry;
    private Func<WireRequest, WireReply> answer = _ => Ok();

    public DynamoDbRegistryTests()
    {
        server = new LoopbackServer(request => answer(request));
        registry = RegistryAt.Endpoint(server.Endpoint);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private JsonElement Sent => Json(server.Requests[^1]);

    public async ValueTask DisposeAsync()
    {
        registry.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task HeartbeatUpdatesOurAttributesAndLeavesOthersAlone()
    {
        var reply = await registry.AnnounceAsync(Beat, Cancellation);

        Assert.Null(reply.Fault);
        Assert.Equal("UpdateItem", Action(server.Requests.Single()));
        Assert.Equal("nats", Sent.GetProperty("TableName").GetString());
        Assert.Equal("""{"ip":{"S":"10.0.0.7"}}""", Sent.GetProperty("Key").GetRawText());
        var values = Sent.GetProperty("ExpressionAttributeValues");
        Assert.Equal("1770000000", values.GetProperty(":time").GetProperty("N").GetString());
        Assert.Equal("1770086400", values.GetProperty(":expires").GetProperty("N").GetString());
        Assert.Equal("working", values.GetProperty(":status").GetProperty("S").GetString());
        Assert.Equal("7244", values.GetProperty(":cluster_port").GetProperty("N").GetString());
        Assert.Equal("2.10.27", values.GetProperty(":server").GetProperty("S").GetString());
    }

    [Fact]
    public async Task EveryNameInAnExpressionIsAnAliasThatIsDefined()
    {
        answer = request => Action(request) == "Scan" ? Ok("""{"Items":[]}""") : Ok();
        await registry.AnnounceAsync(Beat, Cancellation);
        await registry.AnnounceAsync(Beat with { Description = "why", ReportedAt = Beat.Time }, Cancellation);
        await registry.ReadAsync(Cancellation);
        await registry.DeleteAsync("10.0.0.9", "1", Cancellation);
        await registry.DeleteOwnAsync("10.0.0.9", "i-0", Cancellation);

        Assert.Equal(5, server.Requests.Count);
        foreach (var sent in server.Requests.Select(Json))
        {
            var expressions = string.Join(' ', sent.EnumerateObject().Where(p => p.Name.EndsWith("Expression", StringComparison.Ordinal)).Select(p => p.Value.GetString()));
            var used = System.Text.RegularExpressions.Regex.Matches(expressions, "#[a-z_]+").Select(match => match.Value).ToHashSet();
            var defined = sent.GetProperty("ExpressionAttributeNames").EnumerateObject().Select(p => p.Name).ToHashSet();
            Assert.Equal(defined.Order(), used.Order());
            Assert.DoesNotMatch("(?<![#:_a-z])(ip|time|status|server|agent|description|instance_id)\\b", expressions);
        }
    }

    [Fact]
    public async Task DescriptionAndReportAreRemovedWhenAllIsWell()
    {
        await registry.AnnounceAsync(Beat, Cancellation);

        Assert.EndsWith(" REMOVE #description,#reported_at", Sent.GetProperty("UpdateExpression").GetString());
    }

    [Fact]
    public async Task DescriptionAndReportAreWrittenWhenThereIsAReason()
    {
        await registry.AnnounceAsync(Beat with { Status = NodeStatus.Error, Description = "it died", ReportedAt = DateTimeOffset.FromUnixTimeSeconds(5) }, Cancellation);

        Assert.DoesNotContain("REMOVE", Sent.GetProperty("UpdateExpression").GetString());
        Assert.Equal("it died", Sent.GetProperty("ExpressionAttributeValues").GetProperty(":description").GetProperty("S").GetString());
        Assert.Equal("5", Sent.GetProperty("ExpressionAttributeValues").GetProperty(":reported_at").GetProperty("N").GetString());
    }

    [Fact]
    public async Task UnknownServerVersionIsRemovedRatherThanInvented()
    {
        await registry.AnnounceAsync(Beat with { Node = Beat.Node with { ServerVersion = null } }, Cancellation);

        Assert.Contains("REMOVE #server,", Sent.GetProperty("UpdateExpression").GetString());
    }

    [Fact]
    public async Task DateOfAReplyIsAwsClock() => Assert.Equal(ServerDate, (await registry.AnnounceAsync(Beat, Cancellation)).Date);

    [Fact]
    public async Task ReadIsConsistentAndGivesEveryAttributeOfOurs()
    {
        answer = _ => Ok("""
            {"Items":[{"ip":{"S":"10.0.0.7"},"time":{"N":"1770000000"},"status":{"S":"error"},"description":{"S":"died"},"instance_id":{"S":"i-1"},
            "cluster_port":{"N":"7244"},"expires":{"N":"1770086400"},"reported_at":{"N":"3"},"server_name":{"S":"n"},"az":{"S":"a"},"agent":{"S":"0.1.0"},
            "server":{"S":"2.9.10"},"client_port":{"N":"4242"},"monitor_port":{"N":"8222"}}],"Count":1,"ScannedCount":1}
            """);

        var reply = await registry.ReadAsync(Cancellation);

        Assert.Equal(new Row("10.0.0.7", "1770000000", "error", "died", "i-1", "7244", "1770086400", "3", "n", "a", "0.1.0", "2.9.10", "4242", "8222"), reply.Rows.Single());
        Assert.Equal(ServerDate, reply.Date);
        Assert.True(Sent.GetProperty("ConsistentRead").GetBoolean());
    }

    [Fact]
    public async Task AttributeOfAnotherTypeIsNoAttribute()
    {
        answer = _ => Ok("""
            {"Items":[{"ip":{"S":"10.0.0.8"},"time":{"S":"soon"},"status":{"N":"1"},"description":{"L":[{"S":"x"}]},"instance_id":{"NULL":true},
            "cluster_port":{"M":{"a":{"S":"b"}}},"expires":{"BOOL":true},"reported_at":{"SS":["1"]},"az":{"B":"AAA="}}]}
            """);

        Assert.Equal(new Row("10.0.0.8", null), (await registry.ReadAsync(Cancellation)).Rows.Single());
    }

    [Fact]
    public async Task NumberKeepsTheVeryTextThatDynamoDbPrinted()
    {
        answer = _ => Ok("""{"Items":[{"ip":{"S":"a"},"time":{"N":"1770000000.123456789012345678901234567"}},{"ip":{"S":"b"},"time":{"N":"1E+100"}}]}""");

        Assert.Equal(["1770000000.123456789012345678901234567", "1E+100"], (await registry.ReadAsync(Cancellation)).Rows.Select(row => row.Time));
    }

    [Fact]
    public async Task EmptyPageWithAKeyIsNotTheLast()
    {
        answer = request => Json(request).TryGetProperty("ExclusiveStartKey", out var key)
            ? key.GetProperty("ip").GetProperty("S").GetString() == "first"
                ? Ok("""{"Items":[],"LastEvaluatedKey":{"ip":{"S":"second"}}}""")
                : Ok("""{"Items":[{"ip":{"S":"10.0.0.9"}}]}""")
            : Ok("""{"Items":[{"ip":{"S":"10.0.0.8"}}],"LastEvaluatedKey":{"ip":{"S":"first"}}}""");

        var reply = await registry.ReadAsync(Cancellation);

        Assert.Equal(["10.0.0.8", "10.0.0.9"], reply.Rows.Select(row => row.Ip));
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task TableThatNeverEndsIsGarbage()
    {
        answer = _ => Ok("""{"Items":[],"LastEvaluatedKey":{"ip":{"S":"again"}}}""");

        var fault = (await registry.ReadAsync(Cancellation)).Fault;

        Assert.Equal(RegistryFaultKind.Garbage, fault?.Kind);
        Assert.Contains("does not end", fault!.Message);
    }

    [Fact]
    public async Task FaultOnALaterPageGivesNoRows()
    {
        answer = request => Json(request).TryGetProperty("ExclusiveStartKey", out _)
            ? new WireReply(500, "{}", Date(ServerDate))
            : Ok("""{"Items":[{"ip":{"S":"10.0.0.8"}}],"LastEvaluatedKey":{"ip":{"S":"x"}}}""");

        var reply = await registry.ReadAsync(Cancellation);

        Assert.Equal(RegistryFaultKind.Unreachable, reply.Fault?.Kind);
        Assert.Empty(reply.Rows);
    }

    [Fact]
    public async Task DeleteIsConditionalOnTheTimeThatWasSeen()
    {
        var reply = await registry.DeleteAsync("10.0.0.9", "1770000000.50", Cancellation);

        Assert.Null(reply.Fault);
        Assert.Equal("#time = :seen", Sent.GetProperty("ConditionExpression").GetString());
        Assert.Equal("""{":seen":{"N":"1770000000.50"}}""", Sent.GetProperty("ExpressionAttributeValues").GetRawText());
    }

    [Fact]
    public async Task RowThatChangedSinceIsLeftAloneAndThatIsASuccess()
    {
        answer = _ => Refusal("ConditionalCheckFailedException", "The conditional request failed");

        var reply = await registry.DeleteAsync("10.0.0.9", "1", Cancellation);

        Assert.Null(reply.Fault);
        Assert.Equal(ServerDate, reply.Date);
    }

    [Fact]
    public async Task OwnRowIsDeletedOnlyWhileItIsOurs()
    {
        await registry.DeleteOwnAsync("10.0.0.7", "i-0123456789abcdef0", Cancellation);

        Assert.Equal("attribute_not_exists(#instance_id) OR #instance_id = :me", Sent.GetProperty("ConditionExpression").GetString());
        Assert.Equal("""{":me":{"S":"i-0123456789abcdef0"}}""", Sent.GetProperty("ExpressionAttributeValues").GetRawText());
    }

    [Fact]
    public async Task SignatureIsForTheTablesRegion()
    {
        await registry.AnnounceAsync(Beat, Cancellation);

        Assert.Contains("/eu-west-1/dynamodb/aws4_request", server.Requests.Single().Header("Authorization"));
    }

    [Fact]
    public async Task CallsShareOneConnection()
    {
        for (var i = 0; i < 3; i++) await registry.AnnounceAsync(Beat, Cancellation);

        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task OverlappingCallsEachGetTheDateOfTheirOwnReply()
    {
        // A busy machine may take seconds to have two threads at the barrier: the usual deadline is not what is tested here.
        using var registry = RegistryAt.Endpoint(server.Endpoint, deadline: TimeSpan.FromSeconds(60));
        using var both = new Barrier(2);
        answer = request =>
        {
            both.SignalAndWait(TimeSpan.FromSeconds(50), Cancellation);
            return Action(request) == "Scan"
                ? new WireReply(200, """{"Items":[]}""", Date(ServerDate.AddHours(1)))
                : new WireReply(200, "{}", Date(ServerDate));
        };

        var read = registry.ReadAsync(Cancellation);
        var beat = registry.AnnounceAsync(Beat, Cancellation);

        Assert.Equal(ServerDate.AddHours(1), (await read).Date);
        Assert.Equal(ServerDate, (await beat).Date);
    }
}

/// <summary>A registry whose SDK talks to a server of the test's.</summary>
internal static class RegistryAt
{
    public static DynamoDbRegistry Endpoint(Uri endpoint, TimeProvider? time = null, AWSCredentials? credentials = null, TimeSpan? deadline = null) =>
        new("nats", "eu-west-1", time ?? TimeProvider.System, credentials ?? Keys(), deadline, endpoint);

    public static AWSCredentials Keys() => new SessionAWSCredentials("AKIDEXAMPLE", "SECRETEXAMPLE", "TOKENEXAMPLE");
}
