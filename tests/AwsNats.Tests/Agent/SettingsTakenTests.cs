using System.Collections.Immutable;
using System.Reflection;
using AwsNats.Agent;
using AwsNats.Settings;
using AwsNats.Telemetry;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>SIGHUP: what can be changed is, what cannot is kept and named.</summary>
public sealed class SettingsTakenTests
{
    public static TheoryData<string> Properties =>
        [.. typeof(AgentSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Properties))]
    public void Every_setting_is_either_taken_or_kept_and_named(string name)
    {
        var property = typeof(AgentSettings).GetProperty(name)!;
        var (current, wanted) = (new AgentSettings(), new AgentSettings());
        property.SetValue(wanted, Other(property.GetValue(current), property.PropertyType));
        var (effective, waiting) = SettingsChange.Apply(current, wanted);
        var isTaken = Equals(property.GetValue(effective), property.GetValue(wanted));
        Assert.NotEqual(isTaken, waiting.Length == 1);
        if (!isTaken) Assert.Equal(property.GetValue(current), property.GetValue(effective));
    }

    [Fact]
    public void The_same_settings_again_change_nothing_and_name_nothing()
    {
        AgentSettings Same() => new() { Tags = ["a", "b"], NatsPassword = new Secret("p"), Address = new AddressChoice(AddressKind.Literal, "node-1") };
        Assert.Empty(SettingsChange.Apply(Same(), Same()).Waiting);
    }

    [Fact]
    public void What_waits_is_named_by_section_and_key()
    {
        var story = new Story().Run(60).Take(new AgentSettings { ClientPort = 4333, Table = "other", ServersTimeout = TimeSpan.FromSeconds(60) });
        var line = story.Line("settings_taken");
        Assert.Equal(LogLevel.Warn, line.Level);
        Assert.Equal("[dynamodb] table, [server] client-port", Assert.Single(line.Fields).Value);
        Assert.Equal((4242, "nats", TimeSpan.FromSeconds(60)), (story.State.Settings.ClientPort, story.State.Settings.Table, story.State.Settings.ServersTimeout));
    }

    [Fact]
    public void What_waits_is_named_again_at_the_next_SIGHUP()
    {
        var wanted = new AgentSettings { ClientPort = 4333 };
        Assert.Equal(2, new Story().Run(60).Take(wanted).Take(wanted).Lines.Count(said => said.Line is { Event: "settings_taken", Level: LogLevel.Warn }));
    }

    [Fact]
    public void Settings_that_were_taken_whole_are_no_warning() =>
        Assert.Equal(LogLevel.Info, new Story().Run(60).Take(new AgentSettings { RestartLimit = 9 }).Line("settings_taken").Level);

    [Fact]
    public void A_running_server_reloads_at_SIGHUP_even_if_nothing_of_ours_changed_since_its_own_included_file_may_have()
    {
        var story = new Story().Run(60);
        var before = story.All<Act.Configure>().Length;
        story.Take(new AgentSettings()).RunOn(30);
        Assert.Equal(ReloadMode.Always, Assert.Single(story.All<Act.Configure>()[before..]).Reload);
    }

    [Fact]
    public void A_higher_restart_limit_holds_for_the_next_death()
    {
        var story = new Story(new AgentSettings { RestartLimit = 0 }).Run(60).Take(new AgentSettings { RestartLimit = 3 }).Dies(signal: 9);
        Assert.Null(story.State.Health.Failure);
    }

    private static object Other(object? value, Type type) => value switch
    {
        TimeSpan time => time + TimeSpan.FromSeconds(1),
        int number => number + 1,
        bool flag => !flag,
        LogFormat => LogFormat.Json,
        AddressChoice => new AddressChoice(AddressKind.Private),
        ImmutableArray<string> => ImmutableArray.Create("tag"),
        _ when type == typeof(string) => "other",
        _ when type == typeof(Secret) => new Secret("other"),
        _ when type == typeof(double?) => 2.5,
        _ => throw new InvalidOperationException($"teach this test another value of {type}"),
    };
}
