using System.Collections.Immutable;

namespace AwsNats.Settings;

/// <summary>A value given on the command line.</summary>
/// <param name="Flag">As the user typed it, for example --log-format.</param>
internal sealed record SettingOverride(string Flag, string Section, string Key, string Value);

/// <summary>A value that somebody gave for a setting, not yet understood.</summary>
/// <param name="Text">Trimmed; null when it is wrong in itself and an error says so.</param>
internal sealed record GivenValue(Setting Setting, string? Text, SettingOrigin Origin);

/// <summary>What the three sources give, and what is wrong with them before any value is looked at.</summary>
internal sealed record SettingSources(ImmutableArray<GivenValue> Values, ImmutableArray<SettingError> Errors, ImmutableArray<string> Warnings)
{
    public static SettingSources Gather(
        string fileName, string fileText, IReadOnlyDictionary<string, string> environment, ImmutableArray<SettingOverride> flags)
    {
        var file = FromFile(fileName, IniFile.Parse(fileText));
        var variables = FromEnvironment(environment, file.Values);
        var line = FromFlags(flags);
        return new(
            [.. file.Values, .. variables.Values, .. line.Values],
            [.. file.Errors, .. variables.Errors, .. line.Errors],
            [.. file.Warnings, .. variables.Warnings]);
    }

    private static SettingSources FromFile(string fileName, IniFile ini)
    {
        SettingOrigin At(int line) => new(OriginKind.File, fileName, line);
        var errors = ini.Faults.Select(fault => new SettingError(At(fault.Line), fault.Subject, fault.What)).ToList();
        var values = new List<GivenValue>();
        var warnings = new List<string>();
        foreach (var section in ini.Sections.Where(section => !IsKnown(section.Name)))
        {
            errors.Add(new(At(section.Line), $"[{SettingName(section.Name)}]", UnknownSection(section.Name)));
        }

        foreach (var entry in ini.Entries.Where(entry => IsKnown(entry.Section)))
        {
            if (KnownSettings.Find(entry.Section, entry.Key) is not { } setting)
            {
                var section = KnownSettings.Sections.First(known => IniFile.Normalize(known) == entry.Section);
                errors.Add(new(At(entry.Line), $"[{section}] {SettingName(entry.Key)}", UnknownKey(section, entry.Key)));
                continue;
            }

            values.Add(Checked(setting, entry.Value, At(entry.Line), errors));
            if (entry.Value is { } text && (text.Contains("%%", StringComparison.Ordinal) || text.Contains("%(", StringComparison.Ordinal)))
            {
                warnings.Add($"{At(entry.Line)}: {setting.Name}: the value is taken as it stands; " +
                    "Python's ConfigParser would have read %% as one % and %(name)s as another key's value");
            }
        }

        return new([.. values], [.. errors], [.. warnings]);
    }

    /// <summary>An empty variable counts as not set: that is how service managers and containers take one away.</summary>
    private static SettingSources FromEnvironment(IReadOnlyDictionary<string, string> environment, ImmutableArray<GivenValue> fromFile)
    {
        var errors = new List<SettingError>();
        var values = new List<GivenValue>();
        var ours = environment.Where(pair => pair.Key.StartsWith(KnownSettings.VariablePrefix, StringComparison.OrdinalIgnoreCase))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        foreach (var (name, text) in ours.Where(pair => pair.Value.Length > 0))
        {
            if (KnownSettings.All.FirstOrDefault(setting => setting.Variable == name) is { } setting)
            {
                values.Add(Checked(setting, text, new(OriginKind.Environment, name), errors));
            }
        }

        var expected = KnownSettings.All.Select(setting => setting.Variable).ToList();
        var secrets = fromFile.Concat(values).Where(value => value.Setting.Shape.IsSecret && value.Text is not null)
            .Select(value => SecretReference.VariableOf(value.Text!)).ToList();
        var warnings = ours.Select(pair => pair.Key)
            .Where(name => !expected.Contains(name) && !KnownSettings.OtherVariables.Contains(name) && !secrets.Contains(name))
            .Select(name => $"{SettingName(name)}: this environment variable is no setting and is ignored" +
                DidYouMean(NearestName.Of(name, expected)));
        return new([.. values], [.. errors], [.. warnings]);
    }

    private static SettingSources FromFlags(ImmutableArray<SettingOverride> flags)
    {
        var errors = new List<SettingError>();
        var values = new List<GivenValue>();
        foreach (var flag in flags)
        {
            var origin = new SettingOrigin(OriginKind.Flag, flag.Flag);
            if (KnownSettings.Find(flag.Section, flag.Key) is not { } setting)
            {
                errors.Add(new(origin, $"[{SettingName(flag.Section)}] {SettingName(flag.Key)}", "there is no such setting"));
            }
            else if (setting.Shape.IsSecret && !SecretReference.IsReference(flag.Value.Trim()))
            {
                errors.Add(new(origin, setting.Name,
                    "a password on the command line can be read by every user of this host: give file:/path or env:NAME"));
                values.Add(new(setting, null, origin));
            }
            else
            {
                values.Add(Checked(setting, flag.Value, origin, errors));
            }
        }

        return new([.. values], [.. errors], []);
    }

    /// <summary>Does a password stand in the file itself, so that the file must not be readable by everybody?</summary>
    public static bool HoldPassword(string fileText) => IniFile.Parse(fileText).Entries.Any(entry =>
        entry.Value is { Length: > 0 } text && !SecretReference.IsReference(text) &&
        KnownSettings.Find(entry.Section, entry.Key) is { Shape.IsSecret: true });

    /// <summary>What is wrong with any value, whatever its setting.</summary>
    private static GivenValue Checked(Setting setting, string? raw, SettingOrigin origin, List<SettingError> errors)
    {
        if (raw is null) return new(setting, null, origin);
        var text = raw.Trim();
        var wrong = text.Length == 0 ? "the value is empty: give one, or take the setting away"
            : IniFile.ControlIn(text) is { } control ? $"the value has {control}"
            : null;
        if (wrong is not null) errors.Add(new(origin, setting.Name, wrong));
        return new(setting, wrong is null ? text : null, origin);
    }

    private static bool IsKnown(string section) => KnownSettings.Sections.Any(known => IniFile.Normalize(known) == IniFile.Normalize(section));

    private static string UnknownSection(string name) => "unknown section" +
        (NearestName.Of(name, KnownSettings.Sections) is { } near
            ? $"; did you mean [{near}]?"
            : $"; there are {string.Join(", ", KnownSettings.Sections.Select(section => $"[{section}]"))}");

    private static string UnknownKey(string section, string key)
    {
        var keys = KnownSettings.All.Where(setting => setting.Section == section).Select(setting => setting.Key).ToList();
        var elsewhere = KnownSettings.All.FirstOrDefault(setting => IniFile.Normalize(setting.Key) == IniFile.Normalize(key));
        if (elsewhere is not null) return $"unknown key; {elsewhere.Key} belongs in [{elsewhere.Section}]";
        return "unknown key" + (NearestName.Of(key, keys) is { } near
            ? DidYouMean(near)
            : $"; the section knows {string.Join(", ", keys)}");
    }

    private static string DidYouMean(string? near) => near is null ? "" : $"; did you mean {near}?";

    private static string SettingName(string written) => SettingError.Quote(written)[1..^1];
}
