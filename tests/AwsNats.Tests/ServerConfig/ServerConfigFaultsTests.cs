using AwsNats.ServerConfig;
using AwsNats.Settings;
using Xunit;

namespace AwsNats.Tests.ServerConfig;

public sealed class ServerConfigFaultsTests
{
    private const string Hash = "$2a$04$abcdefghijklmnopqrstuuINrJWa4cI98xq2u3UCZvJiBec31k3MW";

    [Fact]
    public void Users_with_passwords_and_a_plain_include_are_no_fault() =>
        Assert.Empty(ServerConfigFaults.Of(new("u", new(Hash), 1, "r", new("p")), "own.conf"));

    [Fact]
    public void Open_access_is_no_fault() => Assert.Empty(ServerConfigFaults.Of(Models.OpenAccess, null));

    [Fact]
    public void Every_fault_is_told_and_no_secret_with_it()
    {
        var faults = ServerConfigFaults.Of(new("", new("s3cret"), null, null, new Secret(Hash)), "a\"b'c");
        Assert.Equal(["[server] include", "[user] nats_pass", "[cluster] password", "[cluster] password"], faults.Select(fault => fault.Split(": ")[0]));
        Assert.DoesNotContain(faults, fault => fault.Contains("s3cret") || fault.Contains(Hash));
    }

    [Theory]
    [InlineData(Hash, true)]
    [InlineData("$2b$10$", true)]
    [InlineData("$2c$10$x", false)]
    [InlineData("$2a$1x$x", false)]
    [InlineData("$2a$", false)]
    [InlineData("2a$10$x", false)]
    [InlineData("", false)]
    public void A_hash_is_what_the_server_takes_for_one(string password, bool isHash) => Assert.Equal(isHash, ServerConfigFaults.IsBcrypt(password));
}
