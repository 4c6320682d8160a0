using AwsNats.Identity;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AwsNats.Tests.Identity;

public sealed class RoleCredentialsTests : IAsyncDisposable
{
    private const string Role = "iam/security-credentials/nats-role";

    private readonly MetadataService service = new();
    private readonly FakeTimeProvider time = new();
    private readonly InstanceMetadata metadata;
    private readonly RoleCredentials credentials;

    public RoleCredentialsTests()
    {
        metadata = new InstanceMetadata(new AwsEndpoints { Metadata = service.Endpoint }, time);
        credentials = new RoleCredentials(metadata, time);
        service.Values["iam/security-credentials/"] = "nats-role";
        service.Values[Role] = Keys("AK1");
    }

    public async ValueTask DisposeAsync()
    {
        credentials.Dispose();
        metadata.Dispose();
        await service.DisposeAsync();
    }

    [Fact]
    public async Task KeysAndTokenOfTheRoleAreGiven()
    {
        var keys = await credentials.GetCredentialsAsync();

        Assert.Equal(("AK1", "SECRET", "TOKEN"), (keys.AccessKey, keys.SecretKey, keys.Token));
    }

    [Fact]
    public async Task ExpiredOnesAreBelievedSinceTheHostsClockMayBeWrong()
    {
        service.Values[Role] = Keys("AK1").Replace("2026-02-03", "1996-02-03");

        Assert.Equal("AK1", (await credentials.GetCredentialsAsync()).AccessKey);
    }

    [Fact]
    public async Task TheyAreAskedForAgainAfterFourMinutes()
    {
        await credentials.GetCredentialsAsync();
        service.Values[Role] = Keys("AK2");
        time.Advance(TimeSpan.FromMinutes(3.9));
        Assert.Equal("AK1", (await credentials.GetCredentialsAsync()).AccessKey);
        time.Advance(TimeSpan.FromMinutes(0.1));

        Assert.Equal("AK2", (await credentials.GetCredentialsAsync()).AccessKey);
    }

    [Fact]
    public async Task DoubtedOnesAreAskedForAgainAtOnce()
    {
        await credentials.GetCredentialsAsync();
        service.Values[Role] = Keys("AK2");
        credentials.Doubt();

        Assert.Equal("AK2", (await credentials.GetCredentialsAsync()).AccessKey);
    }

    [Fact]
    public async Task DoubtedOnesServeOnWhileTheServiceIsInTrouble()
    {
        await credentials.GetCredentialsAsync();
        service.Override = _ => new WireReply(503);
        credentials.Doubt();

        Assert.Equal("AK1", (await credentials.GetCredentialsAsync()).AccessKey);
    }

    [Fact]
    public async Task LastOnesServeWhileTheServiceIsInTrouble()
    {
        await credentials.GetCredentialsAsync();
        service.Override = _ => new WireReply(503);
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("AK1", (await credentials.GetCredentialsAsync()).AccessKey);
        var asked = service.Requests.Count;
        Assert.Equal("AK1", (await credentials.GetCredentialsAsync()).AccessKey);
        Assert.Equal(asked, service.Requests.Count);

        service.Override = null;
        service.Values[Role] = Keys("AK2");
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal("AK2", (await credentials.GetCredentialsAsync()).AccessKey);
    }

    [Fact]
    public async Task ManyAtOnceAskOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => credentials.GetCredentialsAsync()));

        Assert.Equal(1, service.Requests.Count(request => request.Path.EndsWith("nats-role", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task InstanceWithoutARoleIsNotPassing()
    {
        service.Values.TryRemove("iam/security-credentials/", out _);

        var none = await Assert.ThrowsAsync<NoCredentialsException>(credentials.GetCredentialsAsync);

        Assert.False(none.IsPassing);
        Assert.Contains("no instance profile", none.Message);
    }

    [Fact]
    public async Task RoleThatCannotBeAssumedIsNotPassing()
    {
        service.Values[Role] = """{"Code":"AssumeRoleUnauthorizedAccess","Message":"EC2 cannot assume the role"}""";

        var none = await Assert.ThrowsAsync<NoCredentialsException>(credentials.GetCredentialsAsync);

        Assert.False(none.IsPassing);
        Assert.Contains("AssumeRoleUnauthorizedAccess", none.Message);
    }

    [Theory]
    [InlineData("{\"SecretAccessKey\":\"SECRET\"")]
    [InlineData("[\"SECRET\"]")]
    [InlineData("{\"Code\":\"Success\",\"SecretAccessKey\":\"SECRET\"}")]
    public async Task AnswerWithoutKeysIsPassingAndNotRepeated(string body)
    {
        service.Values[Role] = body;

        var none = await Assert.ThrowsAsync<NoCredentialsException>(credentials.GetCredentialsAsync);

        Assert.True(none.IsPassing);
        Assert.DoesNotContain("SECRET", none.Message);
    }

    [Fact]
    public async Task FailingServiceIsPassing()
    {
        service.Override = request => request.Method == "GET" ? new WireReply(500) : null;

        Assert.True((await Assert.ThrowsAsync<NoCredentialsException>(credentials.GetCredentialsAsync)).IsPassing);
    }

    [Fact]
    public void RoleAppliesWhereNothingElseGivesCredentials() => Assert.True(RoleCredentials.Apply(name => name == "HOME" ? "/root" : null, _ => false));

    [Theory]
    [InlineData("AWS_ACCESS_KEY_ID")]
    [InlineData("AWS_PROFILE")]
    [InlineData("AWS_WEB_IDENTITY_TOKEN_FILE")]
    [InlineData("AWS_CONTAINER_CREDENTIALS_FULL_URI")]
    public void VariableThatGivesCredentialsGoesBeforeTheRole(string variable) =>
        Assert.False(RoleCredentials.Apply(name => name == variable ? "x" : null, _ => false));

    [Fact]
    public void ProfileFileGoesBeforeTheRole() =>
        Assert.False(RoleCredentials.Apply(name => name == "HOME" ? "/root" : null, path => path == "/root/.aws/credentials"));

    private static string Keys(string key) =>
        $$"""{"Code":"Success","LastUpdated":"2026-02-03T00:00:00Z","Type":"AWS-HMAC","AccessKeyId":"{{key}}","SecretAccessKey":"SECRET","Token":"TOKEN","Expiration":"2026-02-03T06:00:00Z"}""";
}
