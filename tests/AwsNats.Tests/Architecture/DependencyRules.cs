using System.Text.RegularExpressions;

namespace AwsNats.Tests.Architecture;

/// <summary>Who may see what. Each rule gives a line for every place that breaks it.</summary>
internal static partial class DependencyRules
{
    private const string Program = "Program.cs";

    /// <summary>The adapters that speak to AWS, and the connections they share.</summary>
    private static readonly string[] AwsAdapters = ["Registry/DynamoDb*.cs", "Health/AutoScaling*.cs", "Identity/Aws*.cs", "Identity/RoleCredentials.cs"];

    /// <summary>The one file besides Program that reads variables and files of settings.</summary>
    private const string SettingsGatherer = "Settings/SettingsReader.cs";

    private static readonly string[] Pure =
    [
        "Agent/Decision*.cs", "Agent/Observation.cs", "Registry/Roster*.cs", "Registry/Heartbeat.cs", "ServerConfig/ServerConfigText.cs",
        "Supervision/RestartPolicy.cs", "Health/HealthPolicy.cs", "Settings/*.cs",
    ];

    /// <summary>Adapters whose names begin like those of pure files.</summary>
    private static readonly string[] NotPure = [SettingsGatherer, "Registry/RosterFile.cs"];

    /// <summary>Records take and give values: no clock, no waiting, no world.</summary>
    public static bool IsPure(SourceFile file) => file.Is(Pure) && !file.Is(NotPure);

    public static IEnumerable<string> AmazonOnlyInAdaptersAndProgram(IReadOnlyList<SourceFile> files) =>
        files.Where(file => !file.Is([Program, .. AwsAdapters])).SelectMany(file => file.Find(AmazonName()));

    public static IEnumerable<string> ProcessesOnlyInSupervision(IReadOnlyList<SourceFile> files) =>
        files.Where(file => file.Folder != "Supervision").SelectMany(file => file.Find(ProcessOrLibc()));

    public static IEnumerable<string> EnvironmentOnlyInProgramAndReader(IReadOnlyList<SourceFile> files) =>
        files.Where(file => !file.Is(Program, SettingsGatherer)).SelectMany(file => file.Find(EnvironmentMember()))
            .Concat(files.Where(file => file.Is(SettingsGatherer)).SelectMany(file => file.Find(EnvironmentOfProgramOnly())))
            .Concat(files.SelectMany(file => file.Find(EnvironmentNewLine()))).Distinct();

    public static IEnumerable<string> PureFilesTouchNothing(IReadOnlyList<SourceFile> files) =>
        files.Where(IsPure).SelectMany(file => file.Find(ImpureName()));

    public static IEnumerable<string> NobodySeesProgram(IReadOnlyList<SourceFile> files) =>
        files.Where(file => !file.Is(Program)).SelectMany(file => file.Find(ProgramName()));

    /// <summary>
    /// An adapter is a class that implements an interface of ours. Only who wires may name it: Program, the commands, and its own folder's parts
    /// that are no adapters themselves.
    /// </summary>
    public static IEnumerable<string> AdaptersAreNamedByNobodyElse(IReadOnlyList<SourceFile> files)
    {
        var adapters = Adapters(files).ToList();
        return
            from adapter in adapters
            from file in files
            where file != adapter.File && !file.Is(Program, "Commands/*.cs")
            where file.Folder != adapter.File.Folder || adapters.Any(other => other.File == file)
            from place in file.Find(TypeNamed(adapter.Name))
            select place;
    }

    /// <summary>Adapters turn faults into values; the loop decides what is worth a line.</summary>
    public static IEnumerable<string> AdaptersDoNotLog(IReadOnlyList<SourceFile> files) =>
        Adapters(files).Select(adapter => adapter.File).Distinct().Where(file => file.Folder != "Telemetry").SelectMany(file => file.Find(LogName()));

    /// <summary>The name as a type; a property may be called the same.</summary>
    private static Regex TypeNamed(string name) =>
        new($@"(?<!(?<!\b(?:Identity|Registry|ServerConfig|Supervision|Health|Telemetry))\.)\b{name}\b(?!\s*=(?!=)|\s*\{{\s*get\b)");

    private static IEnumerable<(string Name, SourceFile File)> Adapters(IReadOnlyList<SourceFile> files)
    {
        var ports = files.SelectMany(file => InterfaceName().Matches(file.Code)).Select(match => match.Groups[1].Value).ToHashSet();
        return
            from file in files
            from Match type in ClassWithBases().Matches(file.Code)
            where Word().Matches(type.Groups["bases"].Value).Any(word => ports.Contains(word.Value))
            select (type.Groups["name"].Value, file);
    }

    [GeneratedRegex(@"\bAmazon\b(?=[.;])")]
    private static partial Regex AmazonName();

    [GeneratedRegex(@"\bProcess\.|\bnew\s+Process\b|\bProcessStartInfo\b|\bSystem\.Diagnostics\.Process\b|\bDllImport\b|\bLibraryImport\b|\bNativeLibrary\b|\blibc\b")]
    private static partial Regex ProcessOrLibc();

    [GeneratedRegex(@"\bEnvironment\.")]
    private static partial Regex EnvironmentMember();

    [GeneratedRegex(@"\bEnvironment\.(ExitCode|Exit|FailFast|ProcessPath|ProcessId|CommandLine)\b")]
    private static partial Regex EnvironmentOfProgramOnly();

    [GeneratedRegex(@"\bEnvironment\.NewLine\b")]
    private static partial Regex EnvironmentNewLine();

    [GeneratedRegex(@"\b(async|await|Task|ValueTask|TimeProvider|FileStream|FileInfo|StreamReader|StreamWriter|HttpClient|Socket|TcpClient|Thread)\b" +
        @"|(?<!\bMath\.)\bLog\b|\b(File|Directory|Console|Process|Environment)\.")]
    private static partial Regex ImpureName();

    [GeneratedRegex(@"(?<!\bMath\.)\bLog\b")]
    private static partial Regex LogName();

    [GeneratedRegex(@"\bProgram\b")]
    private static partial Regex ProgramName();

    [GeneratedRegex(@"\binterface\s+(I\w+)")]
    private static partial Regex InterfaceName();

    [GeneratedRegex(@"\bclass\s+(?<name>\w+)[^{;:]*:\s*(?<bases>[^{;]+)")]
    private static partial Regex ClassWithBases();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
