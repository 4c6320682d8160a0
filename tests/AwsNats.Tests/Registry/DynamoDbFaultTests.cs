using AwsNats.Registry;
using AwsNats.Tests.Identity;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static AwsNats.Tests.Registry.DynamoDbWire;

namespace AwsNats.Tests.Registry;

/// <summary>Everything that can go wrong between us and the table comes back as a value that says what to do.</summary>
public sealed class DynamoDbFaultTests : IAsyncDisposable
{
    private readonly LoopbackServer server;
    private readonly DynamoDbRegistry registry;
    private Func<WireRequest, WireReply> answer = _ => Ok();

    public DynamoDbFaultTests()
    {
        server = new LoopbackServer(request => answer(request));
        registry = RegistryAt.Endpoint(server.Endpoint);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        registry.Dispose();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData("ProvisionedThroughputExceededException", 400, RegistryFaultKind.Throttled, "capacity")]
    [InlineData("ThrottlingException", 400, RegistryFaultKind.Throttled, "capacity")]
    [InlineData("RequestLimitExceeded", 400, RegistryFaultKind.Throttled, "capacity")]
    [InlineData("SomethingNew", 429, RegistryFaultKind.Throttled, "capacity")]
    [InlineData("AccessDeniedException", 400, RegistryFaultKind.Denied, "dynamodb:UpdateItem")]
    [InlineData("UnrecognizedClientException", 400, RegistryFaultKind.Denied, "instance profile")]
    [InlineData("ExpiredTokenException", 400, RegistryFaultKind.Denied, "instance profile")]
    [InlineData("InvalidSignatureException", 400, RegistryFaultKind.Denied, "AWS_ACCESS_KEY_ID")]
    [InlineData("ResourceNotFoundException", 400, RegistryFaultKind.NoTable, "no table nats in eu-west-1")]
    [InlineData("ValidationException", 400, RegistryFaultKind.Garbage, "hash key ip")]
    [InlineData("InternalServerError", 500, RegistryFaultKind.Unreachable, "500")]
    [InlineData("ServiceUnavailable", 503, RegistryFaultKind.Unreachable, "503")]
    [InlineData("SomethingNew", 403, RegistryFaultKind.Denied, "dynamodb:UpdateItem")]
    [InlineData("SomethingNew", 400, RegistryFaultKind.Garbage, "SomethingNew")]
    public async Task RefusalBecomesAFaultThatSaysWhatToDoAndIsNotRepeated(string code, int status, object kind, string says)
    {
        answer = _ => Refusal(code, "its words", status, TimeProvider.System.GetUtcNow());

        var reply = await registry.AnnounceAsync(Beat, Cancellation);

        Assert.Equal((RegistryFaultKind)kind, reply.Fault?.Kind);
        Assert.Contains(says, reply.Fault!.Message);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("UnrecognizedClientException", 1)]
    [InlineData("ExpiredTokenException", 1)]
    [InlineData("AccessDeniedException", 0)]
    [InlineData("InvalidSignatureException", 0)]
    [InlineData("ThrottlingException", 0)]
    public async Task OnlyARefusalOfTheKeysAsksForOthers(string code, int times)
    {
        var asked = 0;
        answer = _ => Refusal(code, "its words", 400, TimeProvider.System.GetUtcNow());
        using var doubting = new DynamoDbRegistry("nats", "eu-west-1", TimeProvider.System, RegistryAt.Keys(), endpoint: server.Endpoint, keysRefused: () => asked++);

        await doubting.AnnounceAsync(Beat, Cancellation);

        Assert.Equal(times, asked);
    }

    [Fact]
    public async Task DateOfARefusalIsAwsClockToo()
    {
        answer = _ => Refusal("ThrottlingException", "slow down");

        Assert.Equal(ServerDate, (await registry.ReadAsync(Cancellation)).Date);
    }

    [Fact]
    public async Task DateOfABareServerErrorIsAwsClockToo()
    {
        answer = _ => new WireReply(503, "<html>no</html>", Date(ServerDate), ("Content-Type", "text/html"));

        var reply = await registry.AnnounceAsync(Beat, Cancellation);

        Assert.Equal(RegistryFaultKind.Unreachable, reply.Fault?.Kind);
        Assert.Equal(ServerDate, reply.Date);
    }

    [Fact]
    public async Task RefusedSignatureIsQuotedWithoutTheSessionToken()
    {
        answer = _ => Refusal("InvalidSignatureException", "The request signature we calculated does not match.\n\nThe Canonical String for this request should have been\n"
            + "'POST\n/\n\nx-amz-security-token:TOKENEXAMPLE\n'");

        var message = (await registry.AnnounceAsync(Beat, Cancellation)).Fault!.Message;

        Assert.Contains("does not match", message);
        Assert.DoesNotContain("TOKENEXAMPLE", message);
        Assert.DoesNotContain('\n', message);
    }

    [Theory]
    [InlineData("<html>Please log in</html>", "text/html")]
    [InlineData("{\"Items\":[{\"ip\":", "application/x-amz-json-1.0")]
    [InlineData("{\"Items\":17}", "application/x-amz-json-1.0")]
    [InlineData("\u0000\u0001", "application/octet-stream")]
    public async Task AnswerThatMakesNoSenseIsGarbage(string body, string type)
    {
        answer = _ => new WireReply(200, body, Date(ServerDate), ("Content-Type", type));

        var reply = await registry.ReadAsync(Cancellation);

        Assert.Equal(RegistryFaultKind.Garbage, reply.Fault?.Kind);
        Assert.DoesNotContain('\n', reply.Fault!.Message);
        Assert.Empty(reply.Rows);
    }

    [Fact]
    public async Task ConnectionThatBreaksBeforeAnAnswerIsTriedOnceMore()
    {
        answer = _ => server.Requests.Count == 1 ? WireReply.Reset : Ok();

        Assert.Null((await registry.AnnounceAsync(Beat, Cancellation)).Fault);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task ConnectionThatBreaksTwiceIsUnreachable()
    {
        answer = _ => WireReply.Reset;

        var reply = await registry.AnnounceAsync(Beat, Cancellation);

        Assert.Equal(RegistryFaultKind.Unreachable, reply.Fault?.Kind);
        Assert.Null(reply.Date);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task ConnectionClosedWhileItRestedCostsNoHeartbeat()
    {
        answer = _ => Ok() with { End = WireEnd.AnswerAndClose };

        for (var i = 0; i < 5; i++) Assert.Null((await registry.AnnounceAsync(Beat, Cancellation)).Fault);
    }

    [Fact]
    public async Task NobodyListeningIsUnreachable()
    {
        using var alone = RegistryAt.Endpoint(LoopbackServer.Nobody());

        var fault = (await alone.AnnounceAsync(Beat, Cancellation)).Fault;

        Assert.Equal(RegistryFaultKind.Unreachable, fault?.Kind);
        Assert.Contains("Connection refused", fault!.Message);
    }

    [Fact]
    public async Task NameThatDoesNotResolveIsUnreachable()
    {
        using var alone = RegistryAt.Endpoint(new Uri("http://dynamodb.invalid"));

        Assert.Equal(RegistryFaultKind.Unreachable, (await alone.AnnounceAsync(Beat, Cancellation)).Fault?.Kind);
    }

    [Fact]
    public async Task SilenceEndsAtTheDeadlineAndIsNotRepeated()
    {
        var time = new FakeTimeProvider();
        using var patient = RegistryAt.Endpoint(server.Endpoint, time);
        answer = _ => WireReply.Silence;
        var call = patient.AnnounceAsync(Beat, Cancellation);
        await UntilAsync(() => server.Requests.Count == 1);

        time.Advance(TimeSpan.FromSeconds(3.9));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));

        var fault = (await call).Fault;
        Assert.Equal(RegistryFaultKind.Unreachable, fault?.Kind);
        Assert.Contains("within 4 s", fault!.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task CredentialsThatNeverComeEndAtTheDeadlineAndAreNamed()
    {
        var time = new FakeTimeProvider();
        using var asked = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        using var patient = RegistryAt.Endpoint(server.Endpoint, time, new BlockingCredentials(asked, release));
        var call = patient.AnnounceAsync(Beat, Cancellation);
        Assert.True(asked.Wait(TimeSpan.FromSeconds(5), Cancellation));

        time.Advance(DynamoDbRegistry.UsualDeadline);

        Assert.Contains("no AWS credentials", (await call).Fault?.Message);
        release.Set();
    }

    [Fact]
    public async Task MissingCredentialsAreDeniedAndSayWhatRoleIsNeeded()
    {
        using var poor = RegistryAt.Endpoint(server.Endpoint, credentials: new NoCredentials());

        var fault = (await poor.AnnounceAsync(Beat, Cancellation)).Fault;

        Assert.Equal(RegistryFaultKind.Denied, fault?.Kind);
        Assert.Contains("instance profile", fault!.Message);
        Assert.Contains("dynamodb:UpdateItem", fault.Message);
    }

    [Fact]
    public async Task CancellationByTheCallerThrows()
    {
        answer = _ => WireReply.Silence;
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var call = registry.ReadAsync(caller.Token);
        await UntilAsync(() => server.Requests.Count == 1);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Theory]
    [InlineData(10.0 / 60 / 24)]
    [InlineData(-10.0 / 60 / 24)]
    [InlineData(3650)]
    [InlineData(-3650)]
    public async Task HostWhoseClockIsWrongIsServedAtTheSecondTryAndThenAtTheFirst(double daysOff)
    {
        // The host's clock cannot be turned in a test: AWS's is turned instead.
        DateTimeOffset Now() => TimeProvider.System.GetUtcNow().AddDays(daysOff);
        answer = request => (SignedAt(request) - Now()).Duration() > TimeSpan.FromMinutes(5)
            ? Refusal("InvalidSignatureException", "Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z", date: Now())
            : new WireReply(200, "{}", Date(Now()));

        var first = await registry.AnnounceAsync(Beat, Cancellation);
        Assert.Null(first.Fault);
        Assert.InRange((first.Date!.Value - Now()).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(2, server.Requests.Count);

        Assert.Null((await registry.AnnounceAsync(Beat, Cancellation)).Fault);
        Assert.Equal(3, server.Requests.Count);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < 500, "waited 5 s");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
        }
    }
}
