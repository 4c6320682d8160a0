using System.Net.Sockets;
using System.Text.Json;
using LocalCloud;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Clouds;

public sealed class FaultsCanBeSwitched : IAsyncDisposable
{
    private readonly Cloud cloud;
    private readonly Wire wire = new();
    private readonly Instance instance;
    private readonly Instance other;
    private readonly DynaliteFixture dynalite;

    public FaultsCanBeSwitched(DynaliteFixture dynalite)
    {
        this.dynalite = dynalite;
        cloud = Cloud.Start(new CloudOptions { DynamoDbUpstream = dynalite.Dynalite.Address });
        instance = cloud.AddInstance(new InstanceOptions("i-1", "eu-west-1a", "10.0.0.1"));
        other = cloud.AddInstance(new InstanceOptions("i-2", "eu-west-1b", "10.0.0.2"));
    }

    public async ValueTask DisposeAsync()
    {
        wire.Dispose();
        await cloud.DisposeAsync();
    }

    [Fact]
    public async Task Slow_is_late_and_right()
    {
        cloud.DynamoDb.Fault = Fault.Slow(TimeSpan.FromMilliseconds(300));
        var start = TimeProvider.System.GetTimestamp();
        Assert.Equal(400, (await ScanAsync()).Code);
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, 290, 3000);
    }

    [Fact]
    public async Task Hang_accepts_and_never_answers()
    {
        cloud.DynamoDb.Fault = Fault.Hang;
        var call = ScanAsync();
        await Wait.UntilAsync(() => cloud.DynamoDb.CountCalls("Scan") == 1, TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<TaskCanceledException>(() => call); // the client's own 5 s
        Assert.Equal(0, cloud.DynamoDb.Calls.Single().Status);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_server_error_has_the_status_asked_for(int status)
    {
        cloud.DynamoDb.Fault = Fault.ServerError(status);
        cloud.AutoScaling.Fault = Fault.ServerError(status);
        instance.Metadata.Fault = Fault.ServerError(status);
        Assert.Equal((status, status, status), ((await ScanAsync()).Code, (await HealthAsync()).Code, (await TokenAsync()).Code));
    }

    [Fact]
    public async Task Reset_breaks_the_connection_before_anything_is_done()
    {
        var table = await dynalite.NewTableAsync();
        cloud.DynamoDb.Fault = Fault.Reset;
        await AssertResetAsync(() => PutAsync(table));
        Assert.Empty(await table.ScanAsync());
    }

    [Fact]
    public async Task A_lost_reply_breaks_the_connection_after_it_is_done()
    {
        var table = await dynalite.NewTableAsync();
        cloud.DynamoDb.Fault = Fault.LoseReply;
        await AssertResetAsync(() => PutAsync(table));
        Assert.Single(await table.ScanAsync());
    }

    [Fact]
    public async Task Throttled_speaks_each_services_words()
    {
        cloud.DynamoDb.Fault = Fault.Throttled;
        cloud.AutoScaling.Fault = Fault.Throttled;
        Assert.Contains("ProvisionedThroughputExceededException", (await ScanAsync()).Body, StringComparison.Ordinal);
        Assert.Contains("<Code>Throttling</Code>", (await HealthAsync()).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Denied_speaks_each_services_words()
    {
        cloud.DynamoDb.Fault = Fault.Denied;
        cloud.AutoScaling.Fault = Fault.Denied;
        var (table, health) = (await ScanAsync(), await HealthAsync());
        Assert.Equal((400, 403), (table.Code, health.Code));
        Assert.Contains("AccessDeniedException", table.Body, StringComparison.Ordinal);
        Assert.Contains("<Code>AccessDenied</Code>", health.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_is_200_and_not_json()
    {
        cloud.DynamoDb.Fault = Fault.Garbage;
        var answer = await ScanAsync();
        Assert.Equal(200, answer.Code);
        Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(answer.Body));
    }

    [Fact]
    public async Task Truncated_breaks_off_in_the_middle()
    {
        cloud.DynamoDb.Fault = Fault.Truncated;
        await Assert.ThrowsAsync<HttpRequestException>(ScanAsync);
    }

    [Fact]
    public async Task Contention_is_Auto_Scalings_500()
    {
        cloud.AutoScaling.Fault = Fault.Contention;
        var answer = await HealthAsync();
        Assert.Equal(500, answer.Code);
        Assert.Contains("<Code>ResourceContention</Code>", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuse_closes_the_listener_and_any_other_fault_opens_it_at_the_same_port()
    {
        var endpoint = cloud.DynamoDb.Endpoint;
        cloud.DynamoDb.Fault = Fault.Refuse;
        var refused = await Assert.ThrowsAsync<HttpRequestException>(ScanAsync);
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(refused.InnerException).SocketErrorCode);
        cloud.DynamoDb.Fault = Fault.None;
        Assert.Equal(endpoint, cloud.DynamoDb.Endpoint);
        Assert.Equal(400, (await ScanAsync()).Code);
    }

    [Fact]
    public async Task Refuse_breaks_the_calls_that_hang()
    {
        cloud.DynamoDb.Fault = Fault.Hang;
        var call = ScanAsync();
        await Wait.UntilAsync(() => cloud.DynamoDb.CountCalls("Scan") == 1, TimeSpan.FromSeconds(5));
        cloud.DynamoDb.Fault = Fault.Refuse;
        await Assert.ThrowsAsync<HttpRequestException>(() => call);
    }

    [Fact]
    public async Task A_fault_can_strike_one_instance_alone()
    {
        cloud.DynamoDb.SetFault(Fault.ServerError(503), instance);
        Assert.Equal((503, 400), ((await ScanAsync()).Code, (await ScanAsync(other)).Code));
    }

    [Fact]
    public async Task A_fault_can_strike_one_operation_alone()
    {
        var table = await dynalite.NewTableAsync();
        cloud.DynamoDb.SetFault(Fault.ServerError(503), operation: "PutItem");
        Assert.Equal((503, 400), ((await PutAsync(table)).Code, (await ScanAsync()).Code));
    }

    [Fact]
    public async Task None_for_one_instance_exempts_it_from_everybodys_fault()
    {
        cloud.DynamoDb.Fault = Fault.ServerError(503);
        cloud.DynamoDb.SetFault(Fault.None, instance);
        Assert.Equal((400, 503), ((await ScanAsync()).Code, (await ScanAsync(other)).Code));
    }

    [Fact]
    public async Task A_metadata_path_can_fail_alone()
    {
        instance.Metadata.SetFault(Fault.ServerError(), operation: "meta-data/instance-id");
        var token = (await TokenAsync()).Body;
        Assert.Equal(500, (await wire.SendAsync(HttpMethod.Get, new Uri(instance.Endpoint, "latest/meta-data/instance-id"), ("X-aws-ec2-metadata-token", token))).Code);
    }

    [Fact]
    public async Task Clearing_ends_every_fault()
    {
        cloud.DynamoDb.Fault = Fault.Refuse;
        cloud.DynamoDb.SetFault(Fault.Hang, instance);
        instance.Metadata.Fault = Fault.Refuse;
        cloud.ClearFaults();
        Assert.Equal((400, 200), ((await ScanAsync()).Code, (await TokenAsync()).Code));
    }

    // 400: the table does not exist, and it is the implementation that says so.
    private Task<Answer> ScanAsync() => ScanAsync(instance);

    private Task<Answer> ScanAsync(Instance who) => wire.DynamoDbAsync(cloud, new Signing(who.StaticKey), "Scan", """{"TableName":"no-such-table"}""");

    private Task<Answer> PutAsync(TestTable table) => wire.DynamoDbAsync(cloud, new Signing(instance.StaticKey), "PutItem",
        $$$"""{"TableName":"{{{table.Name}}}","Item":{"ip":{"S":"10.0.0.1"} } }""");

    private Task<Answer> HealthAsync() => wire.FormAsync(cloud, new Signing(instance.StaticKey),
        ("Action", "SetInstanceHealth"), ("Version", "2011-01-01"), ("HealthStatus", "Healthy"), ("InstanceId", "i-1"));

    private Task<Answer> TokenAsync() => wire.SendAsync(HttpMethod.Put, new Uri(instance.Endpoint, "latest/api/token"), ("X-aws-ec2-metadata-token-ttl-seconds", "60"));

    private static async Task AssertResetAsync(Func<Task<Answer>> call)
    {
        var exception = await Assert.ThrowsAsync<HttpRequestException>(call);
        var socket = Assert.IsType<SocketException>(exception.GetBaseException());
        Assert.Equal(SocketError.ConnectionReset, socket.SocketErrorCode);
    }
}
