using AwsNats.Settings;
using Xunit;

namespace AwsNats.Tests.Settings;

public sealed class SettingsReaderTests
{
    [Fact]
    public void The_original_scripts_file_is_read_as_it_is()
    {
        var settings = Reading.Settings(Reading.Bare("""
            [general]
            servers-timeout = 30
            delete-timeout = 7200
            [DynamoDB]
            table = nats-servers
            [user]
            nats_user = client
            nats_pass = s3;cr#t=
            timeout = 2
            """));
        Assert.Equal(TimeSpan.FromSeconds(30), settings.ServersTimeout);
        Assert.Equal(TimeSpan.FromHours(2), settings.DeleteTimeout);
        Assert.Equal("nats-servers", settings.Table);
        Assert.Equal("client", settings.NatsUser);
        Assert.Equal("s3;cr#t=", settings.NatsPassword!.Reveal());
        Assert.Equal(2.0, settings.AuthorizationTimeout);
    }

    [Fact]
    public void A_file_with_nothing_but_the_table_gives_the_defaults() =>
        Assert.Equal(new AgentSettings { Table = "nats" }, Reading.Settings(Reading.Of("")));

    [Fact]
    public void Every_error_comes_at_once_and_in_file_order()
    {
        var answer = Reading.Bare("""
            [general]
            servers-timeout = abc
            delete-timeot = 3600
            nonsense

            [DynamoDB]
            tabel = nats

            [server]
            client-port = 70000
            client-port = 4242
            """, ("AWS_NATS_SERVER_RESTART_LIMIT", "-1"));
        Assert.Null(answer.Settings);
        Assert.Equal(
        [
            "aws-nats.conf:2: [general] servers-timeout: 'abc' is not a whole number of seconds from 5 to 86400",
            "aws-nats.conf:3: [general] delete-timeot: unknown key; did you mean delete-timeout?",
            "aws-nats.conf:4: is neither 'key = value', a [section] nor a comment",
            "aws-nats.conf:7: [DynamoDB] tabel: unknown key; did you mean table?",
            "aws-nats.conf:10: [server] client-port: '70000' is not a port from 1 to 65535",
            "aws-nats.conf:11: [server] client-port: is set here and at line 10: keep one of them",
            "aws-nats.conf: [DynamoDB] table: is missing: write 'table = ...' below [DynamoDB], or set AWS_NATS_DYNAMODB_TABLE",
            "AWS_NATS_SERVER_RESTART_LIMIT: [server] restart-limit: '-1' is not a whole number from 0 to 100",
        ], Reading.Lines(answer));
    }

    [Fact]
    public void A_missing_table_is_an_error_that_says_how_to_give_it() =>
        Assert.Equal("aws-nats.conf: [DynamoDB] table: is missing: write 'table = ...' below [DynamoDB], or set AWS_NATS_DYNAMODB_TABLE",
            Reading.OneError(Reading.Bare("")));

    [Fact]
    public void A_table_that_is_given_wrongly_is_not_also_missing() =>
        Assert.Equal("aws-nats.conf:2: [DynamoDB] table: 'a b' is not a table name: 3 to 255 of the characters a-z, A-Z, 0-9, _, . and -",
            Reading.OneError(Reading.Bare("[DynamoDB]\ntable = a b\n")));

    [Theory]
    [InlineData("[general]\nservers-timout = 9", "aws-nats.conf:2: [general] servers-timout: unknown key; did you mean servers-timeout?")]
    [InlineData("[general]\nrestart-limit = 9", "aws-nats.conf:2: [general] restart-limit: unknown key; restart-limit belongs in [server]")]
    [InlineData("[health]\ncolour = 9", "aws-nats.conf:2: [health] colour: unknown key; the section knows report")]
    [InlineData("[genral]\ncolour = 9", "aws-nats.conf:1: [genral]: unknown section; did you mean [general]?")]
    [InlineData("[DEFAULT]\ncolour = 9", "aws-nats.conf:1: [DEFAULT]: unknown section; there are [general], [DynamoDB], [user], [cluster], [server], [health]")]
    public void An_unknown_name_is_an_error_with_the_nearest_known_one(string text, string error) =>
        Assert.Equal(error, Reading.OneError(Reading.Of(text + "\n")));

    [Fact]
    public void An_unknown_key_shows_nothing_of_its_value() =>
        Assert.DoesNotContain("hush", Reading.OneError(Reading.Of("[user]\nnats_passwd = hush\n")), StringComparison.Ordinal);

    [Fact]
    public void An_empty_value_is_an_error() =>
        Assert.Equal("aws-nats.conf:2: [cluster] name: the value is empty: give one, or take the setting away", Reading.OneError(Reading.Of("[cluster]\nname =\n")));

    [Fact]
    public void A_long_value_is_cut_in_its_error()
    {
        var error = Reading.OneError(Reading.Of($"[general]\nlog-format = {new string('x', 5000)}\n"));
        Assert.Equal($"aws-nats.conf:2: [general] log-format: '{new string('x', 80)}…' is not text or json", error);
    }

    [Theory]
    [InlineData("50%%", true)]
    [InlineData("%(home)s", true)]
    [InlineData("50%", false)]
    public void A_value_that_ConfigParser_would_have_changed_is_taken_as_it_is_with_a_warning(string password, bool warned)
    {
        var answer = Reading.Of($"[user]\nnats_user = u\nnats_pass = {password}\n");
        Assert.Equal(password, Reading.Settings(answer).NatsPassword!.Reveal());
        Assert.Equal(warned, answer.Warnings.Any(line => line.StartsWith("aws-nats.conf:3: [user] nats_pass: the value is taken as it stands", StringComparison.Ordinal)));
        Assert.DoesNotContain(answer.Warnings, line => line.Contains(password, StringComparison.Ordinal));
    }

    [Fact]
    public void The_settings_file_is_looked_for_in_etc_first_and_beside_us_then()
    {
        Assert.Equal("/etc/aws-nats/aws-nats.conf", SettingsPath.Find(_ => true));
        Assert.Equal("./aws-nats.conf", SettingsPath.Find(path => path == "./aws-nats.conf"));
        Assert.Null(SettingsPath.Find(_ => false));
    }

    [Theory]
    [InlineData("servers-timeut", "servers-timeout")]
    [InlineData("Servers_Timeout", "servers-timeout")]
    [InlineData("serverst-imeout", "servers-timeout")]
    [InlineData("colour", null)]
    public void The_nearest_name_is_the_one_with_the_fewest_edits(string name, string? nearest) =>
        Assert.Equal(nearest, NearestName.Of(name, ["delete-timeout", "servers-timeout", "table"]));

    [Fact]
    public void Swapped_neighbours_count_as_one_edit() => Assert.Equal(1, NearestName.Edits("tabel", "table"));
}
