using System.Globalization;
using System.Text.RegularExpressions;
using AwsNats.Agent;
using AwsNats.Settings;
using AwsNats.Tests.Architecture;
using Xunit;

namespace AwsNats.Tests.Settings;

/// <summary>docs/SETTINGS.md and examples/aws-nats.conf say what the code does, and nothing else.</summary>
public sealed partial class SettingsPageTests
{
    private static readonly string Page = Repository.Read("docs/SETTINGS.md");
    private static readonly string Example = Repository.Read("examples/aws-nats.conf");

    [Fact]
    public void The_page_has_exactly_one_row_for_every_setting_with_all_that_the_table_says()
    {
        var expected = KnownSettings.Sections.SelectMany(section =>
            KnownSettings.All.Where(setting => setting.Section == section).Select(Row).Prepend($"### [{section}]"));
        var found = Page.Split('\n').Where(line => line.StartsWith("### [", StringComparison.Ordinal) || SettingRow().IsMatch(line));
        Assert.Equal(string.Join('\n', expected), string.Join('\n', found));
    }

    [Fact]
    public void The_page_explains_every_exit_code()
    {
        var expected = Enum.GetValues<ExitCode>().Select(code => ((int)code).ToString(CultureInfo.InvariantCulture));
        Assert.Equal(expected, ExitCodeRow().Matches(Page).Select(match => match.Groups[1].Value));
    }

    [Fact]
    public void Every_default_in_the_table_is_what_the_settings_hold_without_it()
    {
        foreach (var setting in KnownSettings.All.Where(setting => setting.Default is not null))
        {
            Assert.Equal(new AgentSettings(), setting.Shape.Apply(new AgentSettings(), setting.Default!));
        }
    }

    [Fact]
    public void A_setting_has_either_a_default_or_words_for_what_happens_without_it() =>
        Assert.All(KnownSettings.All, setting => Assert.NotEqual(setting.Default is null, setting.Unset is null));

    [Fact]
    public void The_example_file_gives_the_defaults()
    {
        var answer = Reading.Bare(Example);
        Assert.Equal(new AgentSettings(), Reading.Settings(answer));
        Assert.Empty(answer.Warnings);
    }

    [Fact]
    public void Every_setting_that_the_example_shows_may_be_uncommented_and_is_the_default_where_there_is_one()
    {
        var answer = Reading.Bare(ShownSetting().Replace(Example, "$1"));
        var settings = Reading.Settings(answer);
        Assert.Empty(answer.Warnings);
        var withoutDefault = new AgentSettings
        {
            StateDirectory = settings.StateDirectory,
            Region = settings.Region,
            NatsUser = settings.NatsUser,
            NatsPassword = settings.NatsPassword,
            AuthorizationTimeout = settings.AuthorizationTimeout,
            ClusterName = settings.ClusterName,
            RouteUser = settings.RouteUser,
            RoutePassword = settings.RoutePassword,
            ServerExecutable = settings.ServerExecutable,
            ServerName = settings.ServerName,
            Tags = settings.Tags,
            Include = settings.Include,
        };
        Assert.Equal(withoutDefault, settings);
    }

    [Fact]
    public void The_example_shows_every_setting_once_in_the_order_of_the_table()
    {
        var shown = IniFile.Parse(ShownSetting().Replace(Example, "$1")).Entries.Select(entry => $"{entry.Section} {IniFile.Normalize(entry.Key)}");
        Assert.Equal(KnownSettings.All.Select(setting => $"{IniFile.Normalize(setting.Section)} {IniFile.Normalize(setting.Key)}"), shown);
    }

    private static string Row(Setting setting) =>
        $"| `{setting.Key}` | {(setting.Default is { } text ? $"`{text}`" : setting.Unset)} | {setting.Shape.Allowed} | {setting.Meaning} | {setting.ChangeWords} |";

    [GeneratedRegex(@"^\| `[a-z_-]+` \|")]
    private static partial Regex SettingRow();

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex ExitCodeRow();

    [GeneratedRegex(@"^#([a-z][a-z_-]* = .*)$", RegexOptions.Multiline)]
    private static partial Regex ShownSetting();
}
