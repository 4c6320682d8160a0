using Xunit;

namespace AwsNats.Tests.Settings;

public sealed class CrossChecksTests
{
    [Theory]
    [InlineData("[general]\nservers-timeout = 60\ndelete-timeout = 60",
        "aws-nats.conf:3: [general] delete-timeout: 60 (line 3) must be greater than [general] servers-timeout: 60 (line 2)")]
    [InlineData("[general]\nservers-timeout = 7200",
        "aws-nats.conf:2: [general] delete-timeout: 3600 (the default) must be greater than [general] servers-timeout: 7200 (line 2)")]
    [InlineData("[general]\nservers-timeout = 20",
        "aws-nats.conf:2: [general] servers-timeout: 20 (line 2) must be at least 25, which is 2.5 times [general] heartbeat-interval: 10 (the default)")]
    [InlineData("[general]\nheartbeat-interval = 12.5",
        "aws-nats.conf:2: [general] servers-timeout: 30 (the default) must be at least 31.25, which is 2.5 times [general] heartbeat-interval: 12.5 (line 2)")]
    [InlineData("[server]\nlame-duck-grace = 30",
        "aws-nats.conf:2: [server] lame-duck-grace: 30 (line 2) must be less than [server] lame-duck-duration: 30 (the default)")]
    [InlineData("[server]\nclient-port = 8222",
        "aws-nats.conf:2: [server] client-port: 8222 (line 2) on 0.0.0.0 must differ from [server] monitor-port: 8222 (the default) on 127.0.0.1")]
    [InlineData("[server]\ncluster-port = 4242",
        "aws-nats.conf:2: [server] client-port: 4242 (the default) on 0.0.0.0 must differ from [server] cluster-port: 4242 (line 2) on 0.0.0.0")]
    [InlineData("[user]\nnats_user = u", "aws-nats.conf:2: [user] nats_user: is set, but [user] nats_pass is not: set both or neither")]
    [InlineData("[user]\nnats_pass = p", "aws-nats.conf:2: [user] nats_pass: is set, but [user] nats_user is not: set both or neither")]
    [InlineData("[cluster]\nuser = u", "aws-nats.conf:2: [cluster] user: is set, but [cluster] password is not: set both or neither")]
    [InlineData("[cluster]\npassword = p", "aws-nats.conf:2: [cluster] password: is set, but [cluster] user is not: set both or neither")]
    public void Two_settings_that_do_not_fit_are_an_error_that_names_both_and_their_values(string text, string error) =>
        Assert.Equal(error, Reading.OneError(Reading.Of(text + "\n")));

    [Fact]
    public void An_error_of_two_settings_points_at_the_variable_when_that_was_given_last() =>
        Assert.Equal("AWS_NATS_GENERAL_DELETE_TIMEOUT: [general] delete-timeout: 30 (AWS_NATS_GENERAL_DELETE_TIMEOUT) " +
            "must be greater than [general] servers-timeout: 40 (line 2)",
            Reading.OneError(Reading.Of("[general]\nservers-timeout = 40\n", ("AWS_NATS_GENERAL_DELETE_TIMEOUT", "30"))));

    [Fact]
    public void A_value_that_is_wrong_in_itself_gives_one_error_only() =>
        Assert.StartsWith("aws-nats.conf:2: [general] servers-timeout: 'abc' is not", Reading.OneError(Reading.Of("[general]\nservers-timeout = abc\ndelete-timeout = 20\n")), StringComparison.Ordinal);

    [Fact]
    public void A_password_that_is_wrong_in_itself_is_not_also_missing() =>
        Assert.Contains("file: must be followed", Reading.OneError(Reading.Of("[user]\nnats_user = u\nnats_pass = file:x\n")), StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("0.0.0.0", "127.0.0.2", true)]
    [InlineData("0.0.0.0", "::1", false)]
    [InlineData("::", "127.0.0.2", true)]
    [InlineData("::", "0.0.0.0", true)]
    [InlineData("::1", "127.0.0.1", false)]
    public void Ports_must_differ_where_hosts_overlap(string client, string monitor, bool collide)
    {
        var text = $"[server]\nclient-host = {client}\nclient-port = 9000\nmonitor-host = {monitor}\nmonitor-port = 9000\ncluster-host = 127.0.0.9\n";
        Assert.Equal(collide, Reading.Of(text).Settings is null);
    }
}
