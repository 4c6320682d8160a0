using System.Text.RegularExpressions;

namespace AwsNats.Tests.Architecture;

/// <summary>What types, files and handlers look like. Each rule gives a line for every place that breaks it.</summary>
internal static partial class ShapeRules
{
    public const int LongestFile = 250; // lines: what one can hold in one's head. Arbitrary, agreed on

    private static readonly string[] VagueEndings = ["Manager", "Managers", "Helper", "Helpers", "Util", "Utils", "Service", "Services"];

    /// <summary>Folders of the flow's stages and of telemetry: where adapters live.</summary>
    private static readonly string[] AdapterFolders = ["Identity", "Registry", "ServerConfig", "Supervision", "Health", "Telemetry", "Disk"];

    /// <summary>The SDK's requests want a Dictionary for the names of attributes; these are built once and never written to.</summary>
    private const string DictionariesOfTheSdk = "Registry/DynamoDbRequests.cs";

    public static IEnumerable<string> TypesAreInternalAndClosed(IReadOnlyList<SourceFile> files) =>
        from file in files
        from Match type in TypeDeclaration().Matches(file.Code)
        let modifiers = type.Groups["modifiers"].Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        let kind = type.Groups["kind"].Value
        let hidden = modifiers.Any(modifier => modifier is "internal" or "private" or "file") && !modifiers.Contains("protected")
        let closed = modifiers.Any(modifier => modifier is "sealed" or "static") || kind is "interface" or "enum" || kind.EndsWith("struct", StringComparison.Ordinal)
            || (modifiers.Contains("abstract") && kind.StartsWith("record", StringComparison.Ordinal))
        where !hidden || !closed
        select file.At(type.Groups["kind"].Index);

    public static IEnumerable<string> NamesSayWhatATypeIs(IReadOnlyList<SourceFile> files) =>
        from file in files
        from Match type in TypeDeclaration().Matches(file.Code)
        where VagueEndings.Any(ending => type.Groups["name"].Value.EndsWith(ending, StringComparison.Ordinal))
        select file.At(type.Groups["kind"].Index);

    public static IEnumerable<string> FilesAreShort(IReadOnlyList<SourceFile> files) =>
        from file in files
        let lines = file.Text.TrimEnd('\n').Split('\n').Length
        where lines > LongestFile
        select $"src/AwsNats/{file.Path}: {lines} lines; at most {LongestFile}";

    public static IEnumerable<string> NoStaticStateChanges(IReadOnlyList<SourceFile> files) =>
        from file in files
        from Match member in StaticMember().Matches(file.Code)
        let modifiers = member.Groups["modifiers"].Value
        let isField = member.Groups["end"].Value is "=" or ";"
        let isFixed = ReadOnlyWord().IsMatch(modifiers) && (file.Is(DictionariesOfTheSdk) || !GrowingType().IsMatch(member.Groups["type"].Value))
        where StaticWord().IsMatch(modifiers)
        where isField ? !isFixed : member.Groups["end"].Value == "{" && Setter().IsMatch(file.Code, member.Index + member.Length)
        select file.At(member.Groups["name"].Index);

    /// <summary>
    /// Everything is caught in Program, at the loop's edge, and where the AWS SDK ends: its parsers throw whatever an answer without sense makes
    /// them meet. Another adapter may, with a filter that says what.
    /// </summary>
    public static IEnumerable<string> NobodyCatchesEverything(IReadOnlyList<SourceFile> files) =>
        from file in files
        where !file.Is("Program.cs", "Agent/Agent.cs", "Agent/Effects.cs", "Registry/DynamoDbRegistry.cs", "Health/AutoScalingHealth.cs")
        from Match handler in CatchAll().Matches(file.Code)
        let mayFilter = AdapterFolders.Contains(file.Folder) || file.Is("Settings/SettingsReader.cs")
        where !(handler.Groups["filter"].Success && mayFilter && !DependencyRules.IsPure(file))
        select file.At(handler.Index);

    [GeneratedRegex(@"^[ \t]*(?:\[[^\]\n]*\]\s*)*(?<modifiers>(?:(?:public|private|protected|internal|file|static|sealed|abstract|partial|readonly|ref|unsafe|new)\s+)*)" +
        @"(?<kind>record\s+struct|record\s+class|record|class|struct|interface|enum)\s+(?!with\b|is\b|as\b|switch\b|and\b|or\b)(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^[ \t]*(?:\[[^\]\n]*\]\s*)*(?<modifiers>(?:(?:public|private|protected|internal|static|readonly|volatile|unsafe|new|const|required|event)[ \t]+)+)" +
        @"(?![^\n=;({]*\b(?:class|struct|record|interface|enum|delegate)\b)(?<type>[\w.:<>,\[\]?() \t]+?)[ \t]+(?<name>\w+)\s*(?<end>=(?![=>])|;|\{|=>|\()", RegexOptions.Multiline)]
    private static partial Regex StaticMember();

    [GeneratedRegex(@"\bstatic\b")]
    private static partial Regex StaticWord();

    [GeneratedRegex(@"\b(readonly|const)\b")]
    private static partial Regex ReadOnlyWord();

    [GeneratedRegex(@"\G[^}]*\bset\b\s*[;{=]")]
    private static partial Regex Setter();

    [GeneratedRegex(@"^(System\.[\w.]+\.)?(List|Dictionary|HashSet|Queue|Stack|PriorityQueue|Sorted\w+|Concurrent\w+|Random|CancellationTokenSource)\b")]
    private static partial Regex GrowingType();

    [GeneratedRegex(@"\bcatch\s*(\(\s*(global::)?(System\.)?Exception\b[^)]*\)\s*(?<filter>when\b)?|\{)")]
    private static partial Regex CatchAll();
}
