using Xunit;

namespace AwsNats.Tests.Architecture;

/// <summary>
/// The rules of docs/ARCHITECTURE.md, held against the text of src/AwsNats. Every test first shows on small examples that its rule can fail, and that
/// it lets the right thing pass.
/// </summary>
public sealed class ArchitectureTests
{
    [Fact]
    public void Amazon_is_seen_by_the_adapters_of_AWS_and_by_Program_alone() => Check(
        DependencyRules.AmazonOnlyInAdaptersAndProgram,
        broken: [("Agent/Agent.cs", "using Amazon.DynamoDBv2;"), ("Settings/Shapes.cs", "var region = global::Amazon.RegionEndpoint.USEast1;")],
        fine: [("Program.cs", "using Amazon;"), ("Registry/DynamoDbRegistry.cs", "using Amazon.DynamoDBv2;"), ("Agent/Agent.cs", "// using Amazon.Runtime;\nvar a = \"Amazon.Runtime\";")]);

    [Fact]
    public void Processes_and_libc_are_seen_in_Supervision_alone() => Check(
        DependencyRules.ProcessesOnlyInSupervision,
        broken: [("Agent/Agent.cs", "Process.Start(x);"), ("Health/A.cs", "[LibraryImport(\"libc\")] f();"), ("Program.cs", "var p = new System.Diagnostics.Process();"), ("Telemetry/A.cs", "[DllImport(\"c\")]")],
        fine: [("Supervision/NatsServer.cs", "Process.Start(x);"), ("Program.cs", "RuntimeInformation.ProcessArchitecture.ToString(); using System.Diagnostics;")]);

    [Fact]
    public void Environment_is_seen_by_Program_and_SettingsReader_alone() => Check(
        DependencyRules.EnvironmentOnlyInProgramAndReader,
        broken:
        [
            ("Identity/A.cs", "Environment.GetEnvironmentVariable(x);"), ("Telemetry/A.cs", "var a = $\"{Environment.MachineName}\";"),
            ("Program.cs", "a + Environment.NewLine"), ("Settings/SettingsReader.cs", "Environment.ExitCode = 1;"),
        ],
        fine: [("Program.cs", "Environment.ProcessPath"), ("Settings/SettingsReader.cs", "Environment.GetEnvironmentVariables()"), ("Agent/A.cs", "OriginKind.Environment => 1")]);

    [Fact]
    public void Pure_files_do_not_wait_and_see_no_clock_log_or_world() => Check(
        DependencyRules.PureFilesTouchNothing,
        broken:
        [
            ("Agent/Decision.cs", "static async void A()"), ("Agent/DecisionTable.cs", "await x;"), ("Agent/Observation.cs", "Task<int> A();"), ("Registry/Roster.cs", "Log.Started();"),
            ("Registry/Heartbeat.cs", "TimeProvider clock"), ("Settings/IniFile.cs", "File.ReadAllText(path)"), ("Health/HealthPolicy.cs", "Console.Error.Write(1);"),
        ],
        fine: [("Agent/Decision.cs", "Math.Log(2); LogFormat.Text; record Tasks(int N); // await Task"), ("Agent/Agent.cs", "await x;"), ("Registry/RosterFile.cs", "await File.A();")]);

    [Fact]
    public void Nobody_sees_Program() => Check(
        DependencyRules.NobodySeesProgram,
        broken: [("Agent/Agent.cs", "Program.Version"), ("Commands/Run.cs", "typeof(Program)")],
        fine: [("Program.cs", "class Program"), ("Agent/Agent.cs", "ProgramVersion; // Program")]);

    [Fact]
    public void An_adapter_is_named_by_those_who_wire_and_by_nobody_else()
    {
        (string, string) port = ("Registry/IRegistry.cs", "internal interface IRegistry { }");
        (string, string) adapter = ("Registry/DynamoDbRegistry.cs", "internal sealed class DynamoDbRegistry(int a) : IRegistry { }");
        CheckTogether(DependencyRules.AdaptersAreNamedByNobodyElse,
            broken:
            [
                [port, adapter, ("Agent/Agent.cs", "DynamoDbRegistry registry;")],
                [port, adapter, ("Agent/Agent.cs", "var a = AwsNats.Registry.DynamoDbRegistry.Open();")],
                [port, adapter, ("Registry/OtherRegistry.cs", "internal sealed class OtherRegistry : IRegistry { DynamoDbRegistry inner; }")],
            ],
            fine: [[port, adapter, ("Program.cs", "new DynamoDbRegistry(1);"), ("Agent/Agent.cs", "IRegistry registry;"), ("Registry/Row.cs", "/// <see cref=\"DynamoDbRegistry\"/>"),
                ("Settings/A.cs", "int DynamoDbRegistry { get; } a with { DynamoDbRegistry = 1 } a.DynamoDbRegistry")]]);
    }

    [Fact]
    public void An_adapter_does_not_log()
    {
        (string, string) port = ("Registry/IRegistry.cs", "internal interface IRegistry { }");
        CheckTogether(DependencyRules.AdaptersDoNotLog,
            broken: [[port, ("Registry/A.cs", "internal sealed class A(Log log) : IRegistry { }")]],
            fine: [[port, ("Registry/A.cs", "internal sealed class A : IRegistry { }"), ("Agent/Agent.cs", "log.Started(); Log log;")]]);
    }

    [Fact]
    public void Every_type_is_hidden_and_closed() => Check(
        ShapeRules.TypesAreInternalAndClosed,
        broken:
        [
            ("A.cs", "public sealed class A;"), ("A.cs", "internal class A;"), ("A.cs", "sealed record A;"), ("A.cs", "internal record A;"), ("A.cs", "internal abstract class A;"),
            ("A.cs", "public enum A { }"), ("A.cs", "internal static class B\n{\n    class C { }\n}"), ("A.cs", "[Some]\npublic readonly record struct A(int B);"),
        ],
        fine:
        [
            ("A.cs", "internal sealed class A;"), ("A.cs", "file static class A;"), ("A.cs", "internal readonly record struct A(int B);"), ("A.cs", "internal abstract record A;"),
            ("A.cs", "internal interface IA;"), ("A.cs", "    private sealed partial class A;"), ("A.cs", "void F<T>()\n    where T : class\n{ return record with { }; }"),
        ]);

    [Fact]
    public void A_types_name_says_what_it_is() => Check(
        ShapeRules.NamesSayWhatATypeIs,
        broken: [("A.cs", "internal sealed class ServerManager;"), ("A.cs", "internal static class Utils;"), ("A.cs", "internal interface IHealthService;"), ("A.cs", "internal sealed record IniHelper;")],
        fine: [("A.cs", "internal sealed class NatsServer;"), ("A.cs", "// class Utils")]);

    [Fact]
    public void A_file_has_at_most_250_lines() => Check(
        ShapeRules.FilesAreShort,
        broken: [("A.cs", string.Concat(Enumerable.Repeat("//\n", ShapeRules.LongestFile + 1)))],
        fine: [("A.cs", string.Concat(Enumerable.Repeat("//\n", ShapeRules.LongestFile)))]);

    [Fact]
    public void No_static_state_changes() => Check(
        ShapeRules.NoStaticStateChanges,
        broken:
        [
            ("A.cs", "    private static int count;"), ("A.cs", "    static Dictionary<string, int> seen = new();"), ("A.cs", "    internal static (int A, int B)? last = null;"),
            ("A.cs", "    private static readonly Dictionary<string, int> Seen = [];"), ("A.cs", "    public static int Count { get; private set; }"), ("A.cs", "    [ThreadStatic]\n    private static int[] buffer;"),
            ("A.cs", "    public static event Action? Changed;"),
        ],
        fine:
        [
            ("A.cs", "    private static readonly ImmutableArray<int> All = [];"), ("A.cs", "    public const int A = 1;"), ("A.cs", "    public static int A => 1;"), ("A.cs", "    public static int A { get; } = 1;"),
            ("A.cs", "    private static readonly FrozenDictionary<int, int> A = x;"), ("A.cs", "    private int count;"), ("A.cs", "    public static int F(int a = 1) { return a; }"),
            ("A.cs", "internal static class A\n{\n    public int B { get; set; }\n}"), ("A.cs", "using static System.Math;"),
        ]);

    [Fact]
    public void Only_Program_and_the_loop_catch_everything_and_adapters_say_what() => Check(
        ShapeRules.NobodyCatchesEverything,
        broken:
        [
            ("Supervision/ServerMonitor.cs", "catch (Exception e)\n{"), ("Health/A.cs", "catch { }"), ("Health/A.cs", "catch (System.Exception) { }"),
            ("Agent/Decision.cs", "catch (Exception e) when (e is IOException) { }"), ("Settings/IniFile.cs", "catch (Exception e) when (e is IOException) { }"),
        ],
        fine:
        [
            ("Program.cs", "catch (Exception e) { }"), ("Agent/Agent.cs", "catch (Exception e) { }"), ("Health/A.cs", "catch (Exception e) when (e is IOException) { }"),
            ("Health/A.cs", "catch (IOException) { }"), ("Health/A.cs", "catch (ExceptionOfOurs) { }"),
        ]);

    [Fact]
    public void The_rules_look_at_the_sources()
    {
        Assert.True(SourceFile.All.Count >= 25, $"only {SourceFile.All.Count} files below {Repository.Root}/src/AwsNats");
        Assert.Contains(SourceFile.All, file => file.Path == "Program.cs");
        Assert.True(SourceFile.All.Count(DependencyRules.IsPure) >= 10, "too few pure files");
    }

    private static void Check(Func<IReadOnlyList<SourceFile>, IEnumerable<string>> rule, (string Path, string Text)[] broken, (string Path, string Text)[] fine) =>
        CheckTogether(rule, [.. broken.Select(example => new[] { example })], [.. fine.Select(example => new[] { example })]);

    private static void CheckTogether(Func<IReadOnlyList<SourceFile>, IEnumerable<string>> rule, (string Path, string Text)[][] broken, (string Path, string Text)[][] fine)
    {
        static List<SourceFile> Files((string Path, string Text)[] example) => [.. example.Select(file => new SourceFile(file.Path, file.Text))];
        Assert.All(broken, example => Assert.NotEmpty(rule(Files(example))));
        Assert.All(fine, example => Assert.Empty(rule(Files(example))));

        Assert.NotEmpty(SourceFile.All);
        var places = rule(SourceFile.All).Distinct().ToList();
        Assert.True(places.Count == 0, string.Join('\n', places));
    }
}
