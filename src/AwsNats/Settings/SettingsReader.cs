using System.Collections;
using System.Collections.Immutable;
using System.Text;

namespace AwsNats.Settings;

/// <summary>Everything that came of reading: settings, or every reason why there are none.</summary>
/// <param name="Settings">Null exactly when there are errors.</param>
/// <param name="Errors">In file order; then environment and flags.</param>
/// <param name="Warnings">One line each; nothing was lost or changed, but somebody should look.</param>
internal sealed record SettingsAnswer(AgentSettings? Settings, ImmutableArray<SettingError> Errors, ImmutableArray<string> Warnings)
{
    public static SettingsAnswer Wrong(SettingError error) => new(null, [error], []);
}

/// <summary>
/// From file, environment and flags to <see cref="AgentSettings"/>. The grammar is in <see cref="IniFile"/>, the keys in <see cref="KnownSettings"/>.
/// </summary>
internal static class SettingsReader
{
    /// <summary>64 KiB: a settings file has a few kilobytes; more is another file, or a device without an end. Arbitrary.</summary>
    private const int LargestFile = 1 << 16;

    /// <summary>Pure: the same arguments give the same answer. Reads any text without throwing.</summary>
    /// <param name="fileName">As the user named it, for messages.</param>
    /// <param name="fileText">The file's text, with or without a byte order mark.</param>
    /// <param name="environment">All variables; those that begin with AWS_NATS_ are settings.</param>
    /// <param name="flags">What the command line sets; the last of one setting wins.</param>
    /// <param name="readSecretFile">The text of a file that holds one secret; null when it cannot be read. Must not throw.</param>
    public static SettingsAnswer Read(
        string fileName,
        string fileText,
        IReadOnlyDictionary<string, string> environment,
        ImmutableArray<SettingOverride> flags,
        Func<string, string?> readSecretFile)
    {
        var sources = SettingSources.Gather(fileName, fileText, environment, flags);
        var errors = sources.Errors.ToList();
        var winners = new Dictionary<Setting, GivenValue>();
        var settings = new AgentSettings();
        foreach (var values in sources.Values.GroupBy(value => value.Setting))
        {
            // A value that another one overrides is still checked, so that taking the other away brings no surprise; but a secret
            // that is not used is not fetched: it may belong to another host.
            var winner = values.Last();
            foreach (var value in values.Where(value => value != winner && !value.Setting.Shape.IsSecret)) Apply(value, value.Text, settings, errors);
            var text = winner.Setting.Shape.IsSecret ? Secret(winner, environment, readSecretFile, errors) : winner.Text;
            var applied = Apply(winner, text, settings, errors);
            settings = applied ?? settings;
            winners[winner.Setting] = applied is null ? winner with { Text = null } : winner;
        }

        var file = new SettingOrigin(OriginKind.File, fileName);
        errors.AddRange(KnownSettings.All.Where(setting => setting.IsRequired && !winners.ContainsKey(setting)).Select(setting =>
            new SettingError(file, setting.Name, $"is missing: write '{setting.Key} = ...' below [{setting.Section}], or set {setting.Variable}")));
        errors.AddRange(CrossChecks.Errors(settings, setting => winners.GetValueOrDefault(setting)));
        return new(errors.Count == 0 ? settings : null, [.. errors.OrderBy(error => error.Order)], sources.Warnings);
    }

    /// <summary>The same with the world's file and environment: what Program calls, at the start and at SIGHUP.</summary>
    /// <param name="path">The settings file; an unreadable one is an error like any other.</param>
    /// <param name="flags">What the command line sets.</param>
    public static SettingsAnswer Load(string path, ImmutableArray<SettingOverride> flags)
    {
        var (text, fault) = ReadText(path, LargestFile);
        if (text is null) return SettingsAnswer.Wrong(new(new(OriginKind.File, path), null, fault!));
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal);
        var answer = Read(path, text, environment, flags, secretPath => ReadText(secretPath, LargestFile).Text);
        return SettingSources.HoldPassword(text) && IsReadableByAll(path)
            ? answer with { Warnings = answer.Warnings.Add(ReadableByAll(path)) }
            : answer;
    }

    private static bool IsReadableByAll(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & UnixFileMode.OtherRead) != 0;

    private static string ReadableByAll(string path) =>
        $"{path}: every user of this host can read the password in it: chmod o-r, or give the password as file:/path";

    private static AgentSettings? Apply(GivenValue value, string? text, AgentSettings settings, List<SettingError> errors)
    {
        if (text is null) return null;
        var shape = value.Setting.Shape;
        var applied = shape.Apply(settings, text);
        if (applied is null)
        {
            var shown = shape.IsSecret ? "the value (not shown)" : SettingError.Quote(text);
            errors.Add(new(value.Origin, value.Setting.Name, $"{shown} is not {shape.Allowed}"));
        }

        return applied;
    }

    private static string? Secret(
        GivenValue value, IReadOnlyDictionary<string, string> environment, Func<string, string?> readSecretFile, List<SettingError> errors)
    {
        if (value.Text is null) return null;
        var (text, fault) = SecretReference.Resolve(value.Text, environment, readSecretFile);
        if (fault is not null) errors.Add(new(value.Origin, value.Setting.Name, fault));
        return text;
    }

    /// <summary>A whole small file as strict UTF-8: a password in another encoding would silently become another password.</summary>
    private static (string? Text, string? Fault) ReadText(string path, int largest)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[largest + 1];
            var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > largest) return (null, $"is larger than {largest} bytes: is it the right file?");
            return (new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, count), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, "is not UTF-8: save it in that encoding");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"cannot be read: {e.Message}");
        }
    }
}
