using System.Text.Json;
using LocalCloud;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Clouds;

public sealed class DynamoDbIsStrict : IAsyncDisposable
{
    private readonly Cloud cloud;
    private readonly Wire wire = new();
    private readonly Instance instance;
    private readonly DynaliteFixture dynalite;

    public DynamoDbIsStrict(DynaliteFixture dynalite)
    {
        this.dynalite = dynalite;
        cloud = Cloud.Start(new CloudOptions { DynamoDbUpstream = dynalite.Dynalite.Address });
        instance = cloud.AddInstance(new InstanceOptions("i-0123456789abcdef0", "eu-west-1a", "10.0.0.1"));
    }

    public async ValueTask DisposeAsync()
    {
        wire.Dispose();
        await cloud.DisposeAsync();
    }

    [Fact]
    public async Task A_signed_write_reaches_the_table()
    {
        var table = await dynalite.NewTableAsync();
        var answer = await PutAsync(table, "10.0.0.1");
        Assert.Equal(200, answer.Code);
        Assert.Equal("5", TestTable.Text(await table.GetAsync("10.0.0.1"), "time"));
    }

    [Fact]
    public async Task Answers_carry_request_id_checksum_and_the_clouds_date()
    {
        cloud.ClockOffset = TimeSpan.FromMinutes(4);
        var answer = await PutAsync(await dynalite.NewTableAsync(), "10.0.0.1");
        Assert.Equal("{}", answer.Body);
        Assert.Equal("2745614147", answer.Headers["x-amz-crc32"]); // of "{}", as DynamoDB itself sends it
        Assert.Equal(52, answer.Headers["x-amzn-RequestId"].Length);
        Assert.InRange((answer.Date!.Value - TimeProvider.System.GetUtcNow()).TotalSeconds, 238, 242);
    }

    [Fact]
    public async Task An_error_of_the_implementation_comes_through() =>
        AssertError(await CallAsync(new Signing(instance.StaticKey), "no-such-table"), "ResourceNotFoundException");

    [Fact]
    public async Task No_signature_is_refused() => AssertError(await CallAsync(Signing.None), "MissingAuthenticationTokenException");

    [Fact]
    public async Task A_wrong_secret_is_refused() =>
        AssertError(await CallAsync(new Signing(instance.StaticKey) { Secret = "wrong" }), "InvalidSignatureException", "does not match");

    [Fact]
    public async Task An_unknown_key_is_refused() =>
        AssertError(await CallAsync(new Signing(instance.StaticKey with { AccessKeyId = "AKIAUNKNOWN" })), "UnrecognizedClientException");

    [Fact]
    public async Task A_temporary_key_without_its_token_is_refused() =>
        AssertError(await CallAsync(new Signing(instance.RoleKey) { SessionToken = null }), "UnrecognizedClientException");

    [Fact]
    public async Task A_temporary_key_that_has_ended_is_refused()
    {
        var key = instance.RoleKey;
        cloud.ClockOffset = TimeSpan.FromHours(7);
        AssertError(await CallAsync(new Signing(key) { Date = TimeProvider.System.GetUtcNow().AddHours(7) }), "ExpiredTokenException");
    }

    [Fact]
    public async Task The_roles_temporary_key_is_accepted() =>
        Assert.Equal(200, (await CallAsync(new Signing(instance.RoleKey), (await dynalite.NewTableAsync()).Name)).Code);

    [Theory]
    [InlineData(-301, "Signature expired: ")]
    [InlineData(310, "Signature not yet current: ")]
    public async Task A_date_more_than_five_minutes_off_is_refused(int seconds, string words) => AssertError(
        await CallAsync(new Signing(instance.StaticKey) { Date = TimeProvider.System.GetUtcNow().AddSeconds(seconds) }), "InvalidSignatureException", words);

    [Fact]
    public async Task The_target_must_be_signed() =>
        AssertError(await CallAsync(new Signing(instance.StaticKey) { LeftOut = ["x-amz-target"] }), "IncompleteSignatureException", "x-amz-target");

    [Fact]
    public async Task Calls_are_counted_by_operation_and_instance()
    {
        var other = cloud.AddInstance(new InstanceOptions("i-2", "eu-west-1b", "10.0.0.2"));
        var table = await dynalite.NewTableAsync();
        await PutAsync(table, "10.0.0.1");
        await CallAsync(new Signing(instance.RoleKey), table.Name);
        await CallAsync(new Signing(other.StaticKey), table.Name);
        Assert.Equal((1, 2, 2, 1), (cloud.DynamoDb.CountCalls("PutItem"), cloud.DynamoDb.CountCalls("Scan"),
            cloud.DynamoDb.CountCalls(instance: instance), cloud.DynamoDb.CountCalls(instance: other)));
    }

    [Fact]
    public async Task Pages_of_a_scan_can_be_made_small()
    {
        var table = await dynalite.NewTableAsync();
        await table.PutManyAsync(Enumerable.Range(1, 30).Select(i => new System.Text.Json.Nodes.JsonObject { ["ip"] = TestTable.S($"10.0.0.{i}") }));
        cloud.DynamoDb.PageLimit = 7;
        using var json = JsonDocument.Parse((await CallAsync(new Signing(instance.StaticKey), table.Name)).Body);
        Assert.Equal(7, json.RootElement.GetProperty("Count").GetInt32());
        Assert.True(json.RootElement.TryGetProperty("LastEvaluatedKey", out _));
    }

    private Task<Answer> PutAsync(TestTable table, string ip) => wire.DynamoDbAsync(cloud, new Signing(instance.StaticKey), "PutItem",
        $$$"""{"TableName":"{{{table.Name}}}","Item":{"ip":{"S":"{{{ip}}}"},"time":{"N":"5"} } }""");

    private Task<Answer> CallAsync(Signing signing, string table = "any") =>
        wire.DynamoDbAsync(cloud, signing, "Scan", $$"""{"TableName":"{{table}}","ConsistentRead":true}""");

    private static void AssertError(Answer answer, string type, string words = "")
    {
        using var json = JsonDocument.Parse(answer.Body);
        Assert.Equal(400, answer.Code);
        Assert.EndsWith("#" + type, json.RootElement.GetProperty("__type").GetString(), StringComparison.Ordinal);
        Assert.Contains(words, json.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
