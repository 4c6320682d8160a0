using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using AwsNats.Health;
using AwsNats.Identity;
using AwsNats.Tests.Identity;
using AwsNats.Tests.Registry;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AwsNats.Tests.Health;

public sealed class AutoScalingHealthTests : IAsyncDisposable
{
    private const string Done = """<SetInstanceHealthResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><ResponseMetadata><RequestId>R</RequestId></ResponseMetadata></SetInstanceHealthResponse>""";
    private const string Secret = "SECRETEXAMPLE";
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly FakeTimeProvider time = new(Now);
    private readonly LoopbackServer server;
    private readonly AutoScalingHealth health;
    private Func<WireRequest, WireReply> answer = _ => new WireReply(200, Done);

    public AutoScalingHealthTests()
    {
        server = new LoopbackServer(request => answer(request));
        health = Health(new SessionAWSCredentials("AKIDEXAMPLE", Secret, "TOKENEXAMPLE"));
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        health.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task ReportIsASetInstanceHealthOfTheQueryProtocol()
    {
        Assert.Equal(new ReportAnswer(ReportOutcome.Done), await ReportAsync(healthy: false, respectGracePeriod: true));

        var request = server.Requests.Single();
        Assert.Equal(("POST", "/"), (request.Method, request.Path));
        Assert.Equal("application/x-www-form-urlencoded; charset=utf-8", request.Header("Content-Type"));
        Assert.Equal(
            ["Action=SetInstanceHealth", "HealthStatus=Unhealthy", "InstanceId=i-0123456789abcdef0", "ShouldRespectGracePeriod=true", "Version=2011-01-01"],
            request.Body.Split('&').Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task HealthyCanBeReportedWithoutRespectForTheGracePeriod()
    {
        await ReportAsync(healthy: true, respectGracePeriod: false);

        Assert.Contains("HealthStatus=Healthy", server.Requests.Single().Body);
        Assert.Contains("ShouldRespectGracePeriod=false", server.Requests.Single().Body);
    }

    [Fact]
    public async Task SignatureIsWhatAnIndependentVerifierComputes()
    {
        await ReportAsync();

        var request = server.Requests.Single();
        Assert.Equal("TOKENEXAMPLE", request.Header("X-Amz-Security-Token"));
        Assert.Equal(SigV4.Expected(request, Secret, "eu-west-1", "autoscaling"), request.Header("Authorization")!.Split("Signature=")[1]);
    }

    [Theory]
    [InlineData("ValidationError", 400, "You cannot set the health of i-0123456789abcdef0 within its grace period.", ReportOutcome.TryAgain, "grace period")]
    [InlineData("ResourceContention", 500, "You already have a pending update to an Amazon EC2 Auto Scaling resource", ReportOutcome.TryAgain, "ResourceContention")]
    [InlineData("Throttling", 400, "Rate exceeded", ReportOutcome.TryAgain, "Rate exceeded")]
    [InlineData("InternalFailure", 500, "sorry", ReportOutcome.TryAgain, "500")]
    [InlineData("ServiceUnavailable", 503, "sorry", ReportOutcome.TryAgain, "503")]
    [InlineData("ExpiredToken", 403, "The security token included in the request is expired", ReportOutcome.TryAgain, "expired")]
    [InlineData("AccessDenied", 403, "User: arn:aws:sts::1:assumed-role/r/i is not authorized to perform: autoscaling:SetInstanceHealth", ReportOutcome.Denied, "\"autoscaling:SetInstanceHealth\"")]
    [InlineData("UnauthorizedOperation", 403, "no", ReportOutcome.Denied, "\"Effect\":\"Allow\"")]
    [InlineData("InvalidClientTokenId", 403, "The security token included in the request is invalid", ReportOutcome.Denied, "instance profile")]
    [InlineData("ValidationError", 400, "No managed instance found for instance ID: i-0123456789abcdef0", ReportOutcome.NotInGroup, "no Auto Scaling group")]
    public async Task RefusalIsJudgedByItsCodeAndWords(string code, int status, string words, object outcome, string says)
    {
        answer = _ => Refusal(status, code, words);

        var report = await ReportAsync();

        Assert.Equal((ReportOutcome)outcome, report.Outcome);
        Assert.Contains(says, report.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task PageOfAProxyInPlaceOfAnErrorIsTriedAgainLater()
    {
        answer = _ => new WireReply(502, "<html><h1>Bad gateway</h1></html>");

        Assert.Equal(ReportOutcome.TryAgain, (await ReportAsync()).Outcome);
    }

    [Fact]
    public async Task EntitiesInAMessageAreReadAndItStaysOneLine()
    {
        answer = _ => Refusal(400, "ValidationError", "a &lt;b&gt; &amp;amp; &quot;c&quot;\nd");

        Assert.Contains("a <b> &amp; \"c\" d", (await ReportAsync()).Message);
    }

    [Fact]
    public async Task RefusedSignatureIsQuotedWithoutTheSessionToken()
    {
        answer = _ => Refusal(403, "SignatureDoesNotMatch", "The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n'POST\nx-amz-security-token:TOKENEXAMPLE'");

        var report = await ReportAsync();

        Assert.Equal(ReportOutcome.Denied, report.Outcome);
        Assert.DoesNotContain("TOKENEXAMPLE", report.Message);
    }

    [Theory]
    [InlineData("SignatureDoesNotMatch", 403, 10)]
    [InlineData("SignatureDoesNotMatch", 403, -10)]
    [InlineData("RequestExpired", 400, 10)]
    [InlineData("SignatureDoesNotMatch", 403, 60 * 24 * 3650)]
    public async Task HostWhoseClockIsWrongIsServedAtTheSecondTryAndThenAtTheFirst(string code, int status, int minutesOff)
    {
        var theirs = Now.AddMinutes(minutesOff);
        answer = request => (SignedAt(request) - theirs).Duration() > TimeSpan.FromMinutes(5)
            ? Refusal(status, code, minutesOff > 0 ? "Signature expired: 1 is now earlier than 2" : "Signature not yet current: 2 is still later than 1", theirs)
            : new WireReply(200, Done, DynamoDbWire.Date(theirs));

        Assert.Equal(ReportOutcome.Done, (await ReportAsync()).Outcome);
        Assert.Equal(2, server.Requests.Count);

        Assert.Equal(ReportOutcome.Done, (await ReportAsync()).Outcome);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task ClockThatStaysWrongInAwsEyesIsTriedOnlyOnceMore()
    {
        answer = _ => Refusal(403, "SignatureDoesNotMatch", "Signature expired: 1 is now earlier than 2", Now);

        await ReportAsync();

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task SilenceEndsAtTheDeadline()
    {
        answer = _ => WireReply.Silence;
        var report = ReportAsync();
        for (var tries = 0; server.Requests.Count == 0; tries++)
        {
            Assert.True(tries < 500, "waited 5 s");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
        }

        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(report.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(ReportOutcome.TryAgain, (await report).Outcome);
        Assert.Contains("within 5 s", (await report).Message);
    }

    [Fact]
    public async Task BrokenConnectionIsTriedAgainLater()
    {
        answer = _ => WireReply.Reset;

        Assert.Equal(ReportOutcome.TryAgain, (await ReportAsync()).Outcome);
    }

    [Fact]
    public async Task MissingCredentialsAreDeniedWithTheStatementToAdd()
    {
        using var poor = Health(new NoCredentials());

        var report = await poor.ReportAsync(true, true, Cancellation);

        Assert.Equal(ReportOutcome.Denied, report.Outcome);
        Assert.Contains("autoscaling:SetInstanceHealth", report.Message);
        Assert.DoesNotContain('\n', report.Message!);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task CredentialsThatNeverComeEndAtTheDeadline()
    {
        using var asked = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var patient = Health(new BlockingCredentials(asked, release));
        var report = patient.ReportAsync(true, true, Cancellation);
        Assert.True(asked.Wait(TimeSpan.FromSeconds(5), Cancellation));

        time.Advance(AutoScalingHealth.UsualDeadline);

        Assert.Equal(ReportOutcome.TryAgain, (await report).Outcome);
        release.Set();
    }

    [Fact]
    public async Task CancellationByTheCallerThrows()
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        answer = _ =>
        {
            caller.Cancel();
            return WireReply.Silence;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => health.ReportAsync(true, true, caller.Token));
    }

    [Theory]
    [InlineData("eu-west-1", "autoscaling.eu-west-1.amazonaws.com")]
    [InlineData("cn-north-1", "autoscaling.cn-north-1.amazonaws.com.cn")]
    [InlineData("us-gov-west-1", "autoscaling.us-gov-west-1.amazonaws.com")]
    [InlineData("xy-north-9", "autoscaling.xy-north-9.amazonaws.com")]
    public void EveryRegionHasItsOwnEndpoint(string region, string host)
    {
        using var regional = new AutoScalingHealth("i-0", region, new AwsEndpoints(), time, new NoCredentials());

        Assert.Equal(new Uri($"https://{host}/"), regional.Endpoint);
    }

    private static DateTimeOffset SignedAt(WireRequest request) => DynamoDbWire.SignedAt(request);

    private static WireReply Refusal(int status, string code, string words, DateTimeOffset? date = null) => new(
        status,
        $"""<ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><Error><Type>Sender</Type><Code>{code}</Code><Message>{words}</Message></Error><RequestId>R</RequestId></ErrorResponse>""",
        DynamoDbWire.Date(date ?? Now));

    private AutoScalingHealth Health(AWSCredentials credentials) =>
        new("i-0123456789abcdef0", "eu-west-1", new AwsEndpoints { AutoScaling = server.Endpoint }, time, credentials);

    private Task<ReportAnswer> ReportAsync(bool healthy = false, bool respectGracePeriod = true) => health.ReportAsync(healthy, respectGracePeriod, Cancellation);

    /// <summary>Signature Version 4 from its specification, for one POST with neither query nor path.</summary>
    private static class SigV4
    {
        public static string Expected(WireRequest request, string secret, string region, string service)
        {
            var date = request.Header("X-Amz-Date")!;
            var signedHeaders = request.Header("Authorization")!.Split("SignedHeaders=")[1].Split(',')[0];
            var headers = string.Concat(signedHeaders.Split(';').Select(name => $"{name}:{request.Header(name)}\n"));
            var canonical = $"POST\n/\n\n{headers}\n{signedHeaders}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(request.Body)))}";
            var scope = $"{date[..8]}/{region}/{service}/aws4_request";
            var toSign = $"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
            var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), Mac);
            return Hex(Mac(key, toSign));
        }

        private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

        private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
    }
}
