using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

public sealed class ServerWordsTests
{
    [Theory]
    [InlineData("nats-server: c.conf:1:21: error parsing route url [\"nats-route://u:sec@ret@10.0.0.1:abc\"]", "c.conf:1:21: error parsing route url [\"nats-route://***@10.0.0.1:abc\"]")]
    [InlineData("error parsing route url [\"nats-route://u:s e / c@10.0.0.1:1\"]", "error parsing route url [\"nats-route://***@10.0.0.1:1\"]")]
    [InlineData("c.conf:3:1: unexpected password: \"secret\"", "c.conf:3:1: unexpected password: ***")]
    [InlineData("near 'pass = secret words # }'", "near 'pass = ***")]
    [InlineData("near '\"PASSWORD\": \"!!!\"'", "near '\"PASSWORD\": ***")]
    [InlineData("near 'password secret'", "near 'password ***")]
    [InlineData("near 'token: \"secret\"'", "near 'token: ***")]
    [InlineData("got $2a$11$abcdefghijklmnopqrstuv here", "got *** here")]
    public void SecretsThatTheServerQuotesAreMasked(string words, string masked) => Assert.Equal(masked, ServerWords.OneLine(words));

    [Theory]
    [InlineData("nats-server: /etc/nats.conf:12:3: unknown field \"passwrd\"\n", "/etc/nats.conf:12:3: unknown field \"passwrd\"")]
    [InlineData("nats-server: c.conf:1:27: one\nc.conf:1:0: two\n\n", "c.conf:1:27: one; c.conf:1:0: two")]
    [InlineData("could not reach http://10.0.0.1:80/x", "could not reach http://10.0.0.1:80/x")]
    [InlineData("", "")]
    public void OtherWordsComeThroughOnOneLine(string words, string line) => Assert.Equal(line, ServerWords.OneLine(words));

    [Fact]
    public void AFloodOfWordsIsCut() => Assert.Equal(403, ServerWords.OneLine(new string('x', 5000)).Length);
}
