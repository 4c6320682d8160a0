using AwsNats.Registry;
using CsCheck;
using Xunit;

namespace AwsNats.Tests.Registry;

/// <summary>The one gate between a stranger's text and a configuration file.</summary>
public sealed class PeerAddressTests
{
    private const string Own = "10.0.0.1";

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.2")]
    [InlineData("203.0.113.255", "203.0.113.255")]
    [InlineData("fd00::2", "fd00::2")]
    [InlineData("FD00:0:0::2", "fd00::2")]
    [InlineData("2001:db8::10.0.0.2", "2001:db8::a00:2")]
    public void A_plain_address_is_taken_in_its_canonical_spelling(string text, string host) =>
        Assert.Equal((host, null), PeerAddress.Parse(text, Own, allowHostNames: false));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" 10.0.0.2")]
    [InlineData("10.0.0.2 ")]
    [InlineData("10.0.0.2\n")]
    [InlineData("10.0.0.2\0")]
    [InlineData("10.0.0.2\u001b[31m")]
    [InlineData("10.0.0.2:7244")]
    [InlineData("10.0.0.2/24")]
    [InlineData("10.0.0.2, 10.0.0.3")]
    [InlineData("nats-route://10.0.0.2:7244")]
    [InlineData("10.0.0.2\"]}\nauthorization { user: eve }")]
    [InlineData("$HOME")]
    [InlineData("include /etc/passwd")]
    [InlineData("10.2")]
    [InlineData("10.0.2")]
    [InlineData("167772162")]
    [InlineData("0")]
    [InlineData("010.0.0.2")]
    [InlineData("10.0.0.02")]
    [InlineData("0x0a.0.0.2")]
    [InlineData("0x0a000002")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.2.")]
    [InlineData("１０.0.0.2")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.255")]
    [InlineData("255.255.255.255")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.170.2")]
    [InlineData("169.254.0.1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("FD00:0EC2:0::0254")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fd00::2%1")]
    [InlineData("fd00::2%0")]
    [InlineData("fd00::2%")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:10.0.0.2")]
    [InlineData("::ffff:a00:2")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("::169.254.169.254")]
    [InlineData("[fd00::2]")]
    [InlineData("[fd00::2]:7244")]
    [InlineData("fd00::2]")]
    [InlineData("[fd00::2")]
    [InlineData("fd00::2/64")]
    [InlineData("fd00:::2")]
    [InlineData("fd00::2::3")]
    [InlineData(" fd00::2")]
    [InlineData("fd00::2\n")]
    [InlineData("node-2.example")]
    [InlineData("localhost")]
    public void What_is_no_plain_address_that_a_peer_can_have_is_refused(string text)
    {
        var (host, fault) = PeerAddress.Parse(text, Own, allowHostNames: false);
        Assert.Null(host);
        Assert.NotEmpty(fault!);
    }

    [Theory]
    [InlineData("\"; include evil")]
    [InlineData("\u001b[31m")]
    [InlineData("secret-looking-text")]
    public void The_fault_does_not_repeat_the_strangers_text(string text) =>
        Assert.DoesNotContain(text, PeerAddress.Parse(text, Own, allowHostNames: false).Fault);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_thousand_characters_are_refused(bool allowHostNames) =>
        Assert.Equal("is 1000 characters long", PeerAddress.Parse(new string('a', 1000), Own, allowHostNames).Fault);

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.2")]
    [InlineData("127.0.0.1", "::1")]
    [InlineData("::1", "127.0.0.2")]
    public void Loopback_peers_are_taken_by_one_that_is_on_loopback_itself(string own, string text) =>
        Assert.Equal(text, PeerAddress.Parse(text, own, allowHostNames: false).Host);

    [Theory]
    [InlineData("node-2.example", "node-2.example")]
    [InlineData("Node-2.EXAMPLE", "node-2.example")]
    [InlineData("a", "a")]
    [InlineData("3com.example", "3com.example")]
    public void A_host_name_is_taken_in_lower_case_where_names_are_allowed(string text, string host) =>
        Assert.Equal((host, null), PeerAddress.Parse(text, Own, allowHostNames: true));

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("-a.example")]
    [InlineData("a-.example")]
    [InlineData("a_b.example")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("a\0b")]
    [InlineData("a:7244")]
    [InlineData("user@a.example")]
    [InlineData("a.example/x")]
    [InlineData("a\"")]
    [InlineData("$a")]
    [InlineData("bücher.example")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.2.3")]
    [InlineData("10.2")]
    [InlineData("0x0a000002")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("::ffff:10.0.0.2")]
    [InlineData("fd00::2%eth0")]
    [InlineData("[fd00::2]")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("node.localhost")]
    public void What_is_neither_address_nor_host_name_is_refused_where_names_are_allowed(string text) =>
        Assert.Null(PeerAddress.Parse(text, Own, allowHostNames: true).Host);

    [Fact]
    public void A_label_of_64_characters_is_no_host_name() =>
        Assert.Null(PeerAddress.Parse($"{new string('a', 64)}.example", Own, allowHostNames: true).Host);

    [Fact]
    public void The_name_localhost_is_taken_by_one_that_is_on_loopback_itself() =>
        Assert.Equal("localhost", PeerAddress.Parse("localhost", "127.0.0.1", allowHostNames: true).Host);

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.2", true)]
    [InlineData("fd00::2", "FD00:0::2", true)]
    [InlineData("Node", "node", true)]
    [InlineData("10.0.0.2", "10.0.0.3", false)]
    [InlineData("node", "10.0.0.2", false)]
    [InlineData("", "10.0.0.2", false)]
    public void Two_texts_are_the_same_host_or_not(string one, string other, bool expected) => Assert.Equal(expected, PeerAddress.Same(one, other));

    [Fact]
    public void Without_host_names_nothing_but_hex_digits_colons_and_dots_gets_through() =>
        Strangers.AnyIp.Sample(text =>
        {
            var (host, fault) = PeerAddress.Parse(text, Own, allowHostNames: false);
            Assert.True(host is null != fault is null);
            Assert.True(host is null || host.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.'), host);
        });

    [Fact]
    public void With_host_names_nothing_but_letters_digits_hyphens_colons_and_dots_gets_through() =>
        Strangers.AnyIp.Sample(text =>
        {
            var host = PeerAddress.Parse(text, Own, allowHostNames: true).Host;
            Assert.True(host is null || host.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '.' or '-'), host);
        });

    [Fact]
    public void What_came_out_goes_in_again_unchanged() =>
        Strangers.AnyIp.Sample(text =>
        {
            if (PeerAddress.Parse(text, Own, allowHostNames: true).Host is { } host)
                Assert.Equal(host, PeerAddress.Parse(host, Own, allowHostNames: true).Host);
        });
}
