namespace AwsNats.Settings;

/// <summary>A secret's value as it was given: the text itself, or `file:/path` or `env:NAME` that leads to it.</summary>
internal static class SecretReference
{
    /// <summary>What the settings table says is allowed.</summary>
    public const string Allowed = "text, file:/path or env:NAME";

    private const string FilePrefix = "file:";
    private const string VariablePrefix = "env:";
    private const string ParameterPrefix = "ssm:";

    /// <summary>4,096 characters: longer than any password or token; more means that the path is not the one meant. Arbitrary.</summary>
    public const int MaximumLength = 4096;

    /// <summary>Finds the text behind a value.</summary>
    /// <param name="value">As it stands in the file, not empty.</param>
    /// <param name="environment">All variables.</param>
    /// <param name="readFile">The file's text, or null when it cannot be read.</param>
    /// <returns>Exactly one is set; the fault names paths and variables, never a value.</returns>
    public static (string? Text, string? Fault) Resolve(string value, IReadOnlyDictionary<string, string> environment, Func<string, string?> readFile)
    {
        if (value.StartsWith(FilePrefix, StringComparison.Ordinal)) return FromFile(value[FilePrefix.Length..], readFile);
        if (VariableOf(value) is { } variable) return FromVariable(variable, environment);
        if (value.StartsWith(VariablePrefix, StringComparison.Ordinal)) return (null, "env: must be followed by the name of an environment variable");
        if (value.StartsWith(ParameterPrefix, StringComparison.Ordinal)) return (null, "ssm: is not supported yet: give file:/path or env:NAME");
        return (value, null);
    }

    /// <summary>Leads it elsewhere, so that it may stand where others can read it?</summary>
    public static bool IsReference(string value) =>
        value.StartsWith(FilePrefix, StringComparison.Ordinal) || value.StartsWith(VariablePrefix, StringComparison.Ordinal) ||
        value.StartsWith(ParameterPrefix, StringComparison.Ordinal);

    /// <summary>The variable that `env:NAME` names; null for anything else.</summary>
    public static string? VariableOf(string value)
    {
        if (!value.StartsWith(VariablePrefix, StringComparison.Ordinal)) return null;
        var name = value[VariablePrefix.Length..];
        var shaped = name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        return shaped ? name : null;
    }

    private static (string?, string?) FromFile(string path, Func<string, string?> readFile)
    {
        if (!path.StartsWith('/')) return (null, "file: must be followed by an absolute path");
        var shown = SettingError.Quote(path);
        if (readFile(path) is not { } text) return (null, $"the file {shown} cannot be read: does it exist, and may this user read it?");
        var secret = WithoutTrailingNewline(text.TrimStart('\uFEFF'));
        if (secret.Length == 0) return (null, $"the file {shown} is empty");
        if (secret.Length > MaximumLength) return (null, $"the file {shown} holds more than {MaximumLength} characters: is it the right one?");
        return secret.Contains('\0', StringComparison.Ordinal) ? (null, $"the file {shown} holds a NUL: is it the right one?") : (secret, null);
    }

    private static (string?, string?) FromVariable(string name, IReadOnlyDictionary<string, string> environment) =>
        environment.TryGetValue(name, out var text) && text.Length > 0
            ? (text, null)
            : (null, $"the environment variable {name} is not set, or is empty");

    /// <summary>One only: editors and echo add one, and a secret may end with more.</summary>
    private static string WithoutTrailingNewline(string text) =>
        text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
}
