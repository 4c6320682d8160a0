using System.Text.RegularExpressions;

namespace AwsNats.Tests.Architecture;

/// <summary>One file of src/AwsNats.</summary>
/// <param name="Path">Below src/AwsNats, for example Agent/Agent.cs.</param>
/// <param name="Text">As it stands.</param>
internal sealed record SourceFile(string Path, string Text)
{
    private readonly Lazy<string> code = new(() => CodeOnly.Of(Text));

    public string Code => code.Value;

    public string Folder => Path.Contains('/', StringComparison.Ordinal) ? Path[..Path.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary>Does the path match one of these, * standing for anything within a name?</summary>
    public bool Is(params IEnumerable<string> patterns) =>
        patterns.Any(pattern => Regex.IsMatch(Path, "^" + Regex.Escape(pattern).Replace("\\*", "[^/]*", StringComparison.Ordinal) + "$"));

    /// <summary>Every place in the code that the pattern finds, as a line for the reader of a failed test.</summary>
    public IEnumerable<string> Find(Regex pattern) => pattern.Matches(Code).Select(match => At(match.Index));

    public string At(int index)
    {
        var line = Text.AsSpan(0, index).Count('\n');
        return $"src/AwsNats/{Path}:{line + 1}: {Text.Split('\n')[line].Trim()}";
    }

    /// <summary>All of src/AwsNats but what the build puts there.</summary>
    public static IReadOnlyList<SourceFile> All { get; } = Load();

    private static List<SourceFile> Load()
    {
        var root = System.IO.Path.Combine(Repository.Root, "src", "AwsNats");
        return [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => new SourceFile(System.IO.Path.GetRelativePath(root, path), File.ReadAllText(path)))
            .Where(file => file.Folder is not ("bin" or "obj"))
            .OrderBy(file => file.Path, StringComparer.Ordinal)];
    }
}
