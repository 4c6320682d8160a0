using Xunit;

namespace AwsNats.Tests.Settings;

public sealed class SecretsTests
{
    private const string FromFile = "[user]\nnats_user = u\nnats_pass = file:/run/secrets/nats\n";

    [Theory]
    [InlineData("p", "p")]
    [InlineData("p\n", "p")]
    [InlineData("p\r\n", "p")]
    [InlineData("p\n\n", "p\n")]
    [InlineData(" p ", " p ")]
    [InlineData("\uFEFFp", "p")]
    [InlineData("file:/other", "file:/other")]
    public void A_secret_from_a_file_loses_one_newline_at_its_end_and_nothing_else(string text, string secret) =>
        Assert.Equal(secret, Reading.Settings(Reading.WithFiles(FromFile, ("/run/secrets/nats", text))).NatsPassword!.Reveal());

    [Fact]
    public void A_file_that_cannot_be_read_is_an_error_with_its_path() =>
        Assert.Equal("aws-nats.conf:3: [user] nats_pass: the file '/run/secrets/nats' cannot be read: does it exist, and may this user read it?",
            Reading.OneError(Reading.WithFiles(FromFile)));

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("\n", "is empty")]
    [InlineData("a\0b", "holds a NUL: is it the right one?")]
    public void A_file_without_a_secret_is_an_error(string text, string what) =>
        Assert.Equal($"aws-nats.conf:3: [user] nats_pass: the file '/run/secrets/nats' {what}",
            Reading.OneError(Reading.WithFiles(FromFile, ("/run/secrets/nats", text))));

    [Fact]
    public void A_file_of_a_megabyte_is_no_secret() =>
        Assert.EndsWith("holds more than 4096 characters: is it the right one?",
            Reading.OneError(Reading.WithFiles(FromFile, ("/run/secrets/nats", new string('x', 1_000_000)))), StringComparison.Ordinal);

    [Fact]
    public void A_secret_from_a_variable_is_taken_as_it_is() =>
        Assert.Equal(" p\n", Reading.Settings(Reading.Of("[user]\nnats_user = u\nnats_pass = env:NATS_PASS\n", ("NATS_PASS", " p\n"))).NatsPassword!.Reveal());

    [Theory]
    [InlineData("env:NATS_PASS", "the environment variable NATS_PASS is not set, or is empty")]
    [InlineData("env:", "env: must be followed by the name of an environment variable")]
    [InlineData("env:hu-sh", "env: must be followed by the name of an environment variable")]
    [InlineData("file:", "file: must be followed by an absolute path")]
    [InlineData("file:hush", "file: must be followed by an absolute path")]
    [InlineData("ssm:/nats/hush", "ssm: is not supported yet: give file:/path or env:NAME")]
    public void A_reference_that_leads_nowhere_is_an_error(string reference, string what) =>
        Assert.Equal($"aws-nats.conf:3: [user] nats_pass: {what}", Reading.OneError(Reading.Of($"[user]\nnats_user = u\nnats_pass = {reference}\n")));

    [Fact]
    public void A_clients_password_may_be_a_bcrypt_hash() =>
        Assert.Equal("$2a$11$abc", Reading.Settings(Reading.Of("[user]\nnats_user = u\nnats_pass = $2a$11$abc\n")).NatsPassword!.Reveal());

    [Theory]
    [InlineData("$2a$11$hush")]
    [InlineData("$2y$04$hush")]
    public void A_routes_password_may_not_be_a_hash_and_is_not_shown(string hash) =>
        Assert.Equal("aws-nats.conf:3: [cluster] password: the value (not shown) is not text, file:/path or env:NAME, but no bcrypt hash: " +
            "routes present the password itself", Reading.OneError(Reading.Of($"[cluster]\nuser = u\npassword = {hash}\n")));

    [Fact]
    public void Settings_print_no_secret() =>
        Assert.DoesNotContain("hush", Reading.Settings(Reading.Of("[user]\nnats_user = u\nnats_pass = hush\n")).ToString(), StringComparison.Ordinal);
}
