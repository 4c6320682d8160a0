using AwsNats.Settings;
using Xunit;

namespace AwsNats.Tests.Settings;

public sealed class PrecedenceTests
{
    private const string FromFile = "[cluster]\nname = file\n";
    private static readonly (string, string) FromEnvironment = ("AWS_NATS_CLUSTER_NAME", "environment");
    private static readonly SettingOverride FromFlag = new("--cluster-name", "cluster", "name", "flag");

    [Fact]
    public void A_file_wins_over_the_default() => Assert.Equal("file", Reading.Settings(Reading.Of(FromFile)).ClusterName);

    [Fact]
    public void The_environment_wins_over_the_file() =>
        Assert.Equal("environment", Reading.Settings(Reading.Of(FromFile, FromEnvironment)).ClusterName);

    [Fact]
    public void A_flag_wins_over_environment_and_file()
    {
        var answer = SettingsReader.Read("f", FromFile + "[DynamoDB]\ntable = nats\n",
            new Dictionary<string, string> { [FromEnvironment.Item1] = FromEnvironment.Item2 }, [FromFlag], _ => null);
        Assert.Equal("flag", Reading.Settings(answer).ClusterName);
    }

    [Fact]
    public void The_environment_alone_is_enough()
    {
        var settings = Reading.Settings(Reading.Bare("", ("AWS_NATS_DYNAMODB_TABLE", " rows "), ("AWS_NATS_GENERAL_SERVERS_TIMEOUT", "40")));
        Assert.Equal("rows", settings.Table);
        Assert.Equal(TimeSpan.FromSeconds(40), settings.ServersTimeout);
    }

    [Fact]
    public void A_wrong_value_is_an_error_even_where_it_is_overridden() =>
        Assert.Equal("aws-nats.conf:2: [general] servers-timeout: 'abc' is not a whole number of seconds from 5 to 86400",
            Reading.OneError(Reading.Of("[general]\nservers-timeout = abc\n", ("AWS_NATS_GENERAL_SERVERS_TIMEOUT", "40"))));

    [Fact]
    public void A_secret_that_is_overridden_is_not_fetched() =>
        Assert.Equal("p", Reading.Settings(Reading.Of("[user]\nnats_user = u\nnats_pass = file:/not/here\n", ("AWS_NATS_USER_NATS_PASS", "p"))).NatsPassword!.Reveal());

    [Fact]
    public void An_error_of_the_environment_names_the_variable() =>
        Assert.Equal("AWS_NATS_GENERAL_SERVERS_TIMEOUT: [general] servers-timeout: 'abc' is not a whole number of seconds from 5 to 86400",
            Reading.OneError(Reading.Of("", ("AWS_NATS_GENERAL_SERVERS_TIMEOUT", "abc"))));

    [Fact]
    public void An_error_of_a_flag_names_the_flag() =>
        Assert.Equal("--log-format: [general] log-format: 'xml' is not text or json",
            Reading.OneError(Reading.WithFlags("", new SettingOverride("--log-format", "general", "log_format", "xml"))));

    [Fact]
    public void A_flag_for_an_unknown_setting_is_an_error() =>
        Assert.Equal("--set: [general] colour: there is no such setting",
            Reading.OneError(Reading.WithFlags("", new SettingOverride("--set", "general", "colour", "red"))));

    [Fact]
    public void An_empty_variable_counts_as_not_set()
    {
        var answer = Reading.Of(FromFile, ("AWS_NATS_CLUSTER_NAME", ""));
        Assert.Equal("file", Reading.Settings(answer).ClusterName);
        Assert.Empty(answer.Warnings);
    }

    [Fact]
    public void An_unknown_variable_of_ours_is_a_warning_with_the_nearest_name_and_without_its_value()
    {
        var answer = Reading.Of("", ("AWS_NATS_DYNAMODB_TABEL", "hush"));
        Assert.NotNull(answer.Settings);
        Assert.Equal("AWS_NATS_DYNAMODB_TABEL: this environment variable is no setting and is ignored; did you mean AWS_NATS_DYNAMODB_TABLE?",
            Assert.Single(answer.Warnings));
    }

    [Fact]
    public void A_variable_in_small_letters_is_a_warning() =>
        Assert.Contains("did you mean AWS_NATS_DYNAMODB_TABLE?", Assert.Single(Reading.Of("", ("aws_nats_dynamodb_table", "x")).Warnings), StringComparison.Ordinal);

    [Fact]
    public void What_the_tests_of_the_repository_take_is_no_warning() =>
        Assert.Empty(Reading.Of("", ("AWS_NATS_BINARY", "/x"), ("AWS_NATS_SEED", "7"), ("PATH", "/bin")).Warnings);

    [Fact]
    public void A_variable_that_a_secret_is_taken_from_is_no_warning() =>
        Assert.Empty(Reading.Of("[user]\nnats_user = u\nnats_pass = env:AWS_NATS_PASSWORD\n", ("AWS_NATS_PASSWORD", "p")).Warnings);

    [Fact]
    public void No_two_settings_share_a_variable()
    {
        var variables = KnownSettings.All.Select(setting => setting.Variable).ToList();
        Assert.Equal(variables.Count, variables.Distinct().Count());
        Assert.Empty(variables.Intersect(KnownSettings.OtherVariables));
    }

    [Fact]
    public void A_password_on_the_command_line_is_refused_and_not_shown()
    {
        var error = Reading.OneError(Reading.WithFlags("[user]\nnats_user = u\n", new SettingOverride("--nats-pass", "user", "nats_pass", "hush")));
        Assert.StartsWith("--nats-pass: [user] nats_pass: a password on the command line can be read", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error, StringComparison.Ordinal);
    }
}
