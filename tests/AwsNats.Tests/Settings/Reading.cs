using System.Collections.Immutable;
using AwsNats.Settings;
using Xunit;

namespace AwsNats.Tests.Settings;

/// <summary>Reads settings from texts, with a table given so that tests speak of their own keys only.</summary>
internal static class Reading
{
    public const string File = "aws-nats.conf";

    private const string Table = "\n[DynamoDB]\ntable = nats\n";

    /// <summary>The text stands before the table: its lines keep their numbers.</summary>
    public static SettingsAnswer Of(string text, params (string Name, string Value)[] environment) =>
        Bare(text + (text.StartsWith("[DynamoDB]", StringComparison.Ordinal) ? "\ntable = nats\n" : Table), environment);

    public static SettingsAnswer Bare(string text, params (string Name, string Value)[] environment) =>
        SettingsReader.Read(File, text, environment.ToDictionary(pair => pair.Name, pair => pair.Value), [], _ => null);

    public static SettingsAnswer WithFlags(string text, params SettingOverride[] flags) =>
        SettingsReader.Read(File, text + Table, new Dictionary<string, string>(), [.. flags], _ => null);

    public static SettingsAnswer WithFiles(string text, params (string Path, string Text)[] files) =>
        SettingsReader.Read(File, text + Table, new Dictionary<string, string>(), [],
            path => files.Where(file => file.Path == path).Select(file => file.Text).FirstOrDefault());

    public static ImmutableArray<string> Lines(SettingsAnswer answer) => [.. answer.Errors.Select(error => error.ToString())];

    public static AgentSettings Settings(SettingsAnswer answer)
    {
        Assert.Empty(Lines(answer));
        return answer.Settings!;
    }

    public static string OneError(SettingsAnswer answer)
    {
        Assert.Null(answer.Settings);
        return Assert.Single(Lines(answer));
    }
}
