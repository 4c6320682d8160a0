using AwsNats.Identity;
using AwsNats.Settings;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AwsNats.Tests.Identity;

public sealed class InstanceMetadataTests : IAsyncDisposable
{
    private readonly MetadataService service = new();
    private readonly FakeTimeProvider time = new();
    private readonly InstanceMetadata metadata;

    public InstanceMetadataTests() => metadata = new InstanceMetadata(new AwsEndpoints { Metadata = service.Endpoint }, time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        metadata.Dispose();
        await service.DisposeAsync();
    }

    [Fact]
    public async Task IdentityHoldsIdRegionZoneAndThePublicAddress()
    {
        var answer = await IdentifyAsync(AddressChoice.Auto);

        Assert.Equal(new InstanceIdentity("i-0123456789abcdef0", "eu-west-1", "eu-west-1a", "203.0.113.7"), answer.Identity);
        Assert.Null(answer.Fault);
    }

    [Fact]
    public async Task InstanceWithoutPublicAddressIsKnownByItsPrivateOne()
    {
        service.Values.TryRemove("public-ipv4", out _);

        Assert.Equal("10.0.0.7", (await IdentifyAsync(AddressChoice.Auto)).Identity?.Address);
    }

    [Fact]
    public async Task FailingServiceIsNeverTakenForAMissingPublicAddress()
    {
        service.Override = request => request.Path.EndsWith("public-ipv4", StringComparison.Ordinal) ? new WireReply(503) : null;

        var answer = await IdentifyAsync(AddressChoice.Auto);

        Assert.Null(answer.Identity);
        Assert.Contains("503", answer.Fault);
        Assert.Contains("public-ipv4", answer.Fault);
    }

    [Fact]
    public async Task FaultOfThePrivateAddressIsNoMatterWhereThePublicOneIsTaken()
    {
        service.Override = request => request.Path.EndsWith("local-ipv4", StringComparison.Ordinal) ? new WireReply(500) : null;

        Assert.Equal("203.0.113.7", (await IdentifyAsync(AddressChoice.Auto)).Identity?.Address);
    }

    [Fact]
    public async Task PublicIsRequiredWhenTheSettingsSayPublic()
    {
        service.Values.TryRemove("public-ipv4", out _);

        var answer = await IdentifyAsync(new AddressChoice(AddressKind.Public));

        Assert.Contains("no public IPv4 address", answer.Fault);
        Assert.Contains("address = public", answer.Fault);
    }

    [Fact]
    public async Task PrivateAddressIsTakenEvenBesideAPublicOne() =>
        Assert.Equal("10.0.0.7", (await IdentifyAsync(new AddressChoice(AddressKind.Private))).Identity?.Address);

    [Fact]
    public async Task Ipv6AddressComesInItsCanonicalForm() =>
        Assert.Equal("2001:db8::7", (await IdentifyAsync(new AddressChoice(AddressKind.Ipv6))).Identity?.Address);

    [Fact]
    public async Task LiteralAddressIsTakenAsGivenAndTheRestAsked()
    {
        var answer = await IdentifyAsync(new AddressChoice(AddressKind.Literal, "nats-1.example.com"));

        Assert.Equal(new InstanceIdentity("i-0123456789abcdef0", "eu-west-1", "eu-west-1a", "nats-1.example.com"), answer.Identity);
        Assert.DoesNotContain(service.Requests, request => request.Path.Contains("ipv4"));
    }

    [Fact]
    public async Task OneTokenServesAllQuestionsOverFewConnections()
    {
        await IdentifyAsync(AddressChoice.Auto);

        Assert.Equal(1, service.TokensIssued);
        Assert.InRange(service.Connections, 1, 4);
    }

    [Fact]
    public async Task TokenIsKeptUntilShortlyBeforeItsEnd()
    {
        await IdentifyAsync(AddressChoice.Auto);
        time.Advance(TimeSpan.FromSeconds(21600) - TimeSpan.FromMinutes(5) - TimeSpan.FromSeconds(1));
        await metadata.GetAsync("instance-id", Cancellation);

        Assert.Equal(1, service.TokensIssued);
    }

    [Fact]
    public async Task TokenIsRenewedBeforeItExpires()
    {
        await IdentifyAsync(AddressChoice.Auto);
        time.Advance(TimeSpan.FromSeconds(21600) - TimeSpan.FromMinutes(5));
        await metadata.GetAsync("instance-id", Cancellation);

        Assert.Equal(2, service.TokensIssued);
    }

    [Fact]
    public async Task WallClockThatJumpsBackDoesNotKeepATokenAlive()
    {
        var clocks = new TwoClocks();
        using var metadata = new InstanceMetadata(new AwsEndpoints { Metadata = service.Endpoint }, clocks);
        await metadata.GetAsync("instance-id", Cancellation);
        clocks.Wall = DateTimeOffset.UnixEpoch;
        clocks.Monotonic += TimeSpan.FromHours(6);
        await metadata.GetAsync("instance-id", Cancellation);

        Assert.Equal(2, service.TokensIssued);
    }

    [Fact]
    public async Task ForgottenTokenIsReplacedOnce()
    {
        await IdentifyAsync(AddressChoice.Auto);
        service.Restart();

        Assert.Equal("i-0123456789abcdef0", (await metadata.GetAsync("instance-id", Cancellation)).Value);
        Assert.Equal(2, service.TokensIssued);
    }

    [Fact]
    public async Task ManyQuestionsWithAForgottenTokenFetchOneNewToken()
    {
        await IdentifyAsync(AddressChoice.Auto);
        service.Restart();
        var answer = await IdentifyAsync(AddressChoice.Auto);

        Assert.NotNull(answer.Identity);
        Assert.Equal(2, service.TokensIssued);
    }

    [Fact]
    public async Task ServiceThatRefusesEvenNewTokensIsAFaultAfterOneMoreTry()
    {
        service.Override = request => request.Method == "GET" ? new WireReply(401) : null;

        var answer = await metadata.GetAsync("instance-id", Cancellation);

        Assert.Contains("401", answer.Fault);
        Assert.Equal(2, service.Requests.Count(request => request.Method == "GET"));
    }

    [Fact]
    public async Task PathThatTheInstanceLacksIsAbsent() =>
        Assert.Equal(MetadataAnswer.Absent, await metadata.GetAsync("spot/instance-action", Cancellation));

    [Fact]
    public async Task DisabledServiceIsNamedAsSuch()
    {
        service.Override = _ => new WireReply(403);

        var fault = (await IdentifyAsync(AddressChoice.Auto)).Fault;

        Assert.Contains("disabled", fault);
        Assert.Contains("modify-instance-metadata-options", fault);
    }

    [Fact]
    public async Task SilentTokenRequestNamesTheHopLimit()
    {
        service.Override = _ => WireReply.Silence;
        var asking = IdentifyAsync(AddressChoice.Auto);
        await UntilAsync(() => service.Requests.Count > 0);
        time.Advance(TimeSpan.FromSeconds(2));

        var fault = (await asking).Fault;
        Assert.Contains("HttpPutResponseHopLimit", fault);
        Assert.Contains("HttpEndpoint", fault);
    }

    [Fact]
    public async Task NobodyAtTheEndpointIsAFaultThatNamesIt()
    {
        var nobody = LoopbackServer.Nobody();
        using var alone = new InstanceMetadata(new AwsEndpoints { Metadata = nobody }, TimeProvider.System);

        var fault = (await alone.IdentifyAsync(AddressChoice.Auto, Cancellation)).Fault;

        Assert.Contains($"http://127.0.0.1:{nobody.Port} cannot be reached", fault);
        Assert.Contains("Connection refused", fault);
    }

    [Fact]
    public async Task BrokenConnectionIsAFault()
    {
        service.Override = request => request.Path.EndsWith("placement/region", StringComparison.Ordinal) ? WireReply.Reset : null;

        Assert.Contains("cannot be reached", (await IdentifyAsync(AddressChoice.Auto)).Fault);
    }

    [Fact]
    public async Task SwitchedOffByTheEnvironmentIsSaidWithoutAsking()
    {
        using var off = new InstanceMetadata(new AwsEndpoints { Metadata = service.Endpoint, MetadataDisabled = true }, time);

        Assert.Contains("AWS_EC2_METADATA_DISABLED", (await off.IdentifyAsync(AddressChoice.Auto, Cancellation)).Fault);
        Assert.Empty(service.Requests);
    }

    [Theory]
    [InlineData("instance-id", "i-0123\nlisten: 1")]
    [InlineData("instance-id", "vm-17")]
    [InlineData("placement/region", "<html>")]
    [InlineData("placement/region", "")]
    [InlineData("placement/availability-zone", "eu west")]
    [InlineData("public-ipv4", "10")]
    [InlineData("public-ipv4", "0x7f.1")]
    [InlineData("public-ipv4", "2001:db8::7")]
    [InlineData("public-ipv4", "")]
    public async Task ValueThatCannotBeIsAFaultInOneLineThatNamesItsPath(string path, string value)
    {
        service.Values[path] = value;

        var answer = await IdentifyAsync(AddressChoice.Auto);

        Assert.Null(answer.Identity);
        Assert.Contains(path, answer.Fault);
        Assert.DoesNotContain('\n', answer.Fault!);
    }

    [Fact]
    public async Task PageOfAPortalIsNoToken()
    {
        service.Override = _ => new WireReply(200, "<html>Please log in</html>");

        Assert.Contains("no session token", (await IdentifyAsync(AddressChoice.Auto)).Fault);
    }

    [Fact]
    public async Task RedirectIsNotFollowed()
    {
        service.Override = request => request.Path.EndsWith("instance-id", StringComparison.Ordinal) ? new WireReply(302, "", ("Location", "/latest/meta-data/ami-id")) : null;

        Assert.Contains("302", (await IdentifyAsync(AddressChoice.Auto)).Fault);
        Assert.DoesNotContain(service.Requests, request => request.Path.EndsWith("ami-id", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CancellationByTheCallerThrows()
    {
        service.Override = _ => WireReply.Silence;
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var asking = metadata.IdentifyAsync(AddressChoice.Auto, caller.Token);
        await UntilAsync(() => service.Requests.Count > 0);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private Task<IdentityAnswer> IdentifyAsync(AddressChoice choice) => metadata.IdentifyAsync(choice, Cancellation);

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < 500, "waited 5 s");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancellation);
        }
    }

    private sealed class TwoClocks : TimeProvider
    {
        public DateTimeOffset Wall { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public TimeSpan Monotonic { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall;

        public override long GetTimestamp() => Monotonic.Ticks;
    }
}
