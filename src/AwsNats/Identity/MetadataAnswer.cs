namespace AwsNats.Identity;

/// <summary>One question to the metadata service. Both null: the instance does not have it (404).</summary>
/// <param name="Value">The value, trimmed.</param>
/// <param name="Fault">Why there is no answer, in a sentence that says what to do.</param>
internal readonly record struct MetadataAnswer(string? Value, string? Fault)
{
    public static MetadataAnswer Absent => default;

    public static MetadataAnswer Of(string value) => new(value, null);

    public static MetadataAnswer Failed(string fault) => new(null, fault);
}
