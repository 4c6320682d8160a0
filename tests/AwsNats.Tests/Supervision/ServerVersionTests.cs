using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class ServerVersionTests
{
    [Theory]
    [InlineData("nats-server: v2.9.10\n", "2.9.10")]
    [InlineData("nats-server: v2.11.0-RC.1\n", "2.11.0")]
    [InlineData("nats-server version 1.3.0\n", "1.3.0")]
    [InlineData("gnatsd version 0.9.6", "0.9.6")]
    [InlineData("gnatsd version 1.0", "1.0.0")]
    [InlineData("no number here", "0.0.0")]
    [InlineData("", "0.0.0")]
    public void VersionIsReadFromWhatEveryServerPrints(string words, string version) =>
        Assert.Equal(Version.Parse(version), ServerVersion.Parse(words));

    [Theory]
    [InlineData("0.0.0", "/")]
    [InlineData("1.4.1", "/")]
    [InlineData("2.7.0", "/")]
    [InlineData("2.7.1", "/healthz")]
    [InlineData("2.8.4", "/healthz")]
    [InlineData("2.9.0", "/healthz?js-server-only=true")]
    [InlineData("2.9.9", "/healthz?js-server-only=true")]
    [InlineData("2.9.10", "/healthz?js-enabled-only=true")]
    [InlineData("2.15.1", "/healthz?js-enabled-only=true")]
    [InlineData("3.0.0", "/healthz?js-enabled-only=true")]
    public void HealthIsAskedForAsLenientlyAsTheVersionAllows(string version, string path) =>
        Assert.Equal(path, ServerVersion.HealthPath(Version.Parse(version)));

    [Theory]
    [InlineData("0.0.0", false)]
    [InlineData("1.4.1", false)]
    [InlineData("2.0.0", true)]
    [InlineData("2.15.1", true)]
    public void OnlyServersFromTwoOnAreAskedToTestAConfiguration(string version, bool can) =>
        Assert.Equal(can, ServerVersion.CanTest(Version.Parse(version)));
}
