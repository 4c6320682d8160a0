using System.Net;
using System.Text.Json;
using LocalCloud;
using Xunit;

namespace AwsNats.EndToEnd.Clouds;

public sealed class InstanceMetadataIsStrict : IAsyncDisposable
{
    private const string Ttl = "X-aws-ec2-metadata-token-ttl-seconds";
    private const string Token = "X-aws-ec2-metadata-token";

    private readonly Cloud cloud = Cloud.Start();
    private readonly Wire wire = new();
    private readonly Instance instance;

    public InstanceMetadataIsStrict() => instance = cloud.AddInstance(new InstanceOptions("i-0123456789abcdef0", "eu-west-1a", "10.0.0.1"));

    public async ValueTask DisposeAsync()
    {
        wire.Dispose();
        await cloud.DisposeAsync();
    }

    [Theory]
    [InlineData("1")]
    [InlineData("21600")]
    public async Task A_token_is_given_for_one_second_to_six_hours(string ttl)
    {
        var answer = await PutAsync((Ttl, ttl));
        Assert.Equal(200, answer.Code);
        Assert.Equal(ttl, answer.Headers[Ttl]);
        Assert.NotEmpty(answer.Body);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("21601")]
    [InlineData("-5")]
    [InlineData("6h")]
    [InlineData("")]
    public async Task A_bad_lifetime_is_a_bad_request(string ttl) => Assert.Equal(400, (await PutAsync((Ttl, ttl))).Code);

    [Fact]
    public async Task A_missing_lifetime_is_a_bad_request() => Assert.Equal(400, (await PutAsync()).Code);

    [Fact]
    public async Task A_forwarded_request_gets_no_token() =>
        Assert.Equal(403, (await PutAsync((Ttl, "60"), ("X-Forwarded-For", "10.0.0.9"))).Code);

    [Fact]
    public async Task A_token_cannot_be_asked_for_by_GET() =>
        Assert.Equal(405, (await wire.SendAsync(HttpMethod.Get, Path("api/token"), (Ttl, "60"))).Code);

    [Fact]
    public async Task Nothing_is_told_without_a_token() => Assert.Equal(401, (await wire.SendAsync(HttpMethod.Get, Path("meta-data/instance-id"))).Code);

    [Fact]
    public async Task Nothing_is_told_for_a_made_up_token() =>
        Assert.Equal(401, (await wire.SendAsync(HttpMethod.Get, Path("meta-data/instance-id"), (Token, "made-up"))).Code);

    [Fact]
    public async Task Another_instances_token_is_worth_nothing()
    {
        var other = cloud.AddInstance(new InstanceOptions("i-2", "eu-west-1b", "10.0.0.2"));
        var token = await TokenAsync();
        Assert.Equal(401, (await wire.SendAsync(HttpMethod.Get, new Uri(other.Endpoint, "latest/meta-data/instance-id"), (Token, token))).Code);
    }

    [Fact]
    public async Task A_token_ends_when_its_lifetime_does()
    {
        var token = await TokenAsync("1");
        Assert.Equal(200, (await wire.SendAsync(HttpMethod.Get, Path("meta-data/instance-id"), (Token, token))).Code);
        await global::LocalCluster.Wait.UntilAsync(
            async () => (await wire.SendAsync(HttpMethod.Get, Path("meta-data/instance-id"), (Token, token))).Code == 401, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Tokens_can_be_ended_by_the_test()
    {
        var token = await TokenAsync();
        instance.Metadata.ExpireTokens();
        Assert.Equal(401, (await wire.SendAsync(HttpMethod.Get, Path("meta-data/instance-id"), (Token, token))).Code);
    }

    [Theory]
    [InlineData("meta-data/instance-id", "i-0123456789abcdef0")]
    [InlineData("meta-data/local-ipv4", "10.0.0.1")]
    [InlineData("meta-data/placement/region", "eu-west-1")]
    [InlineData("meta-data/placement/availability-zone", "eu-west-1a")]
    [InlineData("meta-data/instance-type", "t4g.nano")]
    [InlineData("meta-data/ami-id", "ami-0123456789abcdef0")]
    [InlineData("meta-data/autoscaling/target-lifecycle-state", "InService")]
    [InlineData("meta-data/events/maintenance/scheduled", "[]")]
    [InlineData("meta-data/iam/security-credentials/", "nats")]
    [InlineData("meta-data/placement/", "availability-zone\nregion")]
    public async Task What_the_instance_has_is_told(string path, string expected) => Assert.Equal(expected, await AskAsync(path));

    [Theory]
    [InlineData("meta-data/public-ipv4")]
    [InlineData("meta-data/ipv6")]
    [InlineData("meta-data/spot/instance-action")]
    [InlineData("meta-data/events/recommendations/rebalance")]
    [InlineData("user-data")]
    [InlineData("meta-data/no-such-thing")]
    public async Task What_the_instance_lacks_is_not_found(string path) => Assert.Equal(404, (await AnswerAsync(path)).Code);

    [Fact]
    public async Task An_instance_in_no_group_has_no_target_state()
    {
        instance.Group = null;
        Assert.Equal(404, (await AnswerAsync("meta-data/autoscaling/target-lifecycle-state")).Code);
    }

    [Fact]
    public async Task Values_can_change_while_it_runs()
    {
        instance.PublicIpv4 = "203.0.113.7";
        instance.UserData = "[general]";
        Assert.Equal("203.0.113.7", await AskAsync("meta-data/public-ipv4"));
        Assert.Equal("[general]", await AskAsync("user-data"));
    }

    [Fact]
    public async Task A_spot_notice_is_json_with_action_and_time()
    {
        instance.InterruptSpot(TimeSpan.FromMinutes(2));
        using var json = JsonDocument.Parse(await AskAsync("meta-data/spot/instance-action"));
        Assert.Equal("terminate", json.RootElement.GetProperty("action").GetString());
        Assert.InRange(json.RootElement.GetProperty("time").GetDateTimeOffset() - TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(110), TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task The_role_gives_temporary_keys_that_rotate()
    {
        var first = JsonDocument.Parse(await AskAsync("meta-data/iam/security-credentials/nats")).RootElement;
        instance.RotateRoleKey();
        var second = JsonDocument.Parse(await AskAsync("meta-data/iam/security-credentials/nats")).RootElement;
        Assert.Equal("Success", first.GetProperty("Code").GetString());
        Assert.StartsWith("ASIA", first.GetProperty("AccessKeyId").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(first.GetProperty("Token").GetString(), second.GetProperty("Token").GetString());
    }

    [Fact]
    public async Task The_identity_document_names_the_instance()
    {
        using var json = JsonDocument.Parse(await AskAsync("dynamic/instance-identity/document"));
        Assert.Equal("i-0123456789abcdef0", json.RootElement.GetProperty("instanceId").GetString());
        Assert.Equal("eu-west-1", json.RootElement.GetProperty("region").GetString());
    }

    [Fact]
    public async Task Answers_carry_the_clouds_date()
    {
        cloud.ClockOffset = TimeSpan.FromMinutes(-10);
        var off = (await PutAsync((Ttl, "60"))).Date!.Value - TimeProvider.System.GetUtcNow();
        Assert.InRange(off.TotalSeconds, -602, -598);
    }

    [Fact]
    public async Task Every_request_is_logged_with_its_status()
    {
        await wire.SendAsync(HttpMethod.Get, Path("meta-data/public-ipv4"));
        var token = await TokenAsync();
        await wire.SendAsync(HttpMethod.Get, Path("meta-data/public-ipv4"), (Token, token));
        Assert.Equal([("GET", 401), ("PUT", 200), ("GET", 404)], instance.Metadata.Calls.Select(c => (c.Method, c.Status)));
        Assert.Equal(2, instance.Metadata.CountCalls("meta-data/public-ipv4"));
    }

    [Fact]
    public async Task It_answers_on_the_ipv6_loopback_too()
    {
        var six = cloud.AddInstance(new InstanceOptions("i-6", "eu-west-1a", "10.0.0.6") { MetadataListen = new IPEndPoint(IPAddress.IPv6Loopback, 0) });
        Assert.StartsWith("http://[::1]:", six.Endpoint.ToString(), StringComparison.Ordinal);
        Assert.Equal(200, (await wire.SendAsync(HttpMethod.Put, new Uri(six.Endpoint, "latest/api/token"), (Ttl, "60"))).Code);
    }

    private Uri Path(string path) => new(instance.Endpoint, "latest/" + path);

    private Task<Answer> PutAsync(params (string, string)[] headers) => wire.SendAsync(HttpMethod.Put, Path("api/token"), headers);

    private async Task<string> TokenAsync(string ttl = "60") => (await PutAsync((Ttl, ttl))).Body;

    private async Task<Answer> AnswerAsync(string path) => await wire.SendAsync(HttpMethod.Get, Path(path), (Token, await TokenAsync()));

    private async Task<string> AskAsync(string path)
    {
        var answer = await AnswerAsync(path);
        Assert.Equal(200, answer.Code);
        return answer.Body;
    }
}
