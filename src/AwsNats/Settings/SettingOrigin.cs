namespace AwsNats.Settings;

/// <summary>Where a value was given, in rising precedence but for <see cref="Default"/>.</summary>
internal enum OriginKind
{
    Default,
    File,
    Environment,
    Flag,
}

/// <summary>Where one value comes from, so that an error can point at it.</summary>
/// <param name="Kind">The source.</param>
/// <param name="Name">The file as it was named, the variable, or the flag.</param>
/// <param name="Line">The line of the file, from 1; 0 when no line can be named.</param>
internal sealed record SettingOrigin(OriginKind Kind, string Name, int Line = 0)
{
    public static SettingOrigin Default { get; } = new(OriginKind.Default, "the default");

    /// <summary>How an error begins: aws-nats.conf:12, or AWS_NATS_DYNAMODB_TABLE, or --table.</summary>
    public override string ToString() => Line > 0 ? $"{Name}:{Line}" : Name;

    /// <summary>In parentheses behind a value, where the file's name would only be noise.</summary>
    public string Short => Line > 0 ? $"line {Line}" : Name;
}

/// <summary>One thing that is wrong, printed as `aws-nats.conf:12: [general] servers-timeout: 'abc' is not ...`. Never holds a secret.</summary>
/// <param name="Origin">Where to look.</param>
/// <param name="Subject">The setting as `[section] key`; null when the line is about none.</param>
/// <param name="What">What is wrong, and what is allowed.</param>
internal sealed record SettingError(SettingOrigin Origin, string? Subject, string What)
{
    /// <summary>80: a longer value is a mistake of its own, and its beginning is enough to find it. Arbitrary.</summary>
    private const int ShownLength = 80;

    public override string ToString() => Subject is null ? $"{Origin}: {What}" : $"{Origin}: {Subject}: {What}";

    /// <summary>File order; then environment, flags, and last what no line can be named for.</summary>
    public (OriginKind, int, string) Order => (Origin.Kind, Origin.Line > 0 ? Origin.Line : int.MaxValue, Origin.Name);

    /// <summary>A user's text for a message: in single quotes, cut, and without characters that would move a terminal's cursor.</summary>
    public static string Quote(string text)
    {
        var shown = text.Length <= ShownLength ? text : text[..ShownLength] + "…";
        return "'" + string.Concat(shown.Select(c => char.IsControl(c) || char.IsSurrogate(c) && text.Length > ShownLength ? '?' : c)) + "'";
    }
}
