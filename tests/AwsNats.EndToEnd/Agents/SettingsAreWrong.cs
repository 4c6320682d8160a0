using AwsNats.EndToEnd.Clusters;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>Wrong settings and command lines end the binary with 10 before it has touched anything, and with every reason.</summary>
public sealed class SettingsAreWrong : IDisposable
{
    private readonly Subnet subnet = Subnet.Lease();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        subnet.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Every_error_of_the_file_is_listed_with_file_line_section_key_value_and_what_is_allowed()
    {
        await File.WriteAllTextAsync(InFolder("agent.conf"), """
            [general]
            servers-timeout = abc
            delete-timeot = 3600
            nonsense

            [dynamodb]
            table = a b

            [user]
            nats_user = nats

            [sever]
            client-port = 70000

            [server]
            client-port = 70000
            cluster-host = everywhere
            lame-duck-duration = 10
            include = own.conf

            [health]
            report = maybe
            """, TestContext.Current.CancellationToken);
        var (code, errors) = await RunAsync("-c", "agent.conf", "-n", InFolder("nats.conf"));
        Assert.Equal(10, code);
        Assert.Equal(
        [
            "agent.conf:2: [general] servers-timeout: 'abc' is not a whole number of seconds from 5 to 86400",
            "agent.conf:3: [general] delete-timeot: unknown key; did you mean delete-timeout?",
            "agent.conf:4: is neither 'key = value', a [section] nor a comment",
            "agent.conf:7: [DynamoDB] table: 'a b' is not a table name: 3 to 255 of the characters a-z, A-Z, 0-9, _, . and -",
            "agent.conf:10: [user] nats_user: is set, but [user] nats_pass is not: set both or neither",
            "agent.conf:12: [sever]: unknown section; did you mean [server]?",
            "agent.conf:16: [server] client-port: '70000' is not a port from 1 to 65535",
            "agent.conf:17: [server] cluster-host: 'everywhere' is not an IPv4 or IPv6 address to listen on, without brackets (0.0.0.0 and :: are every address)",
            "agent.conf:18: [server] lame-duck-duration: '10' is not a whole number of seconds from 30 to 3600",
            "agent.conf:19: [server] include: 'own.conf' is not an absolute path",
            "agent.conf:22: [health] report: 'maybe' is not on or off (or true, yes, 1, false, no, 0)",
        ], SettingsErrors(errors));
        Assert.Equal(["agent.conf"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Where(n => n != "log.out" && n != "log.err"));
    }

    [Fact]
    public async Task A_wrong_variable_is_named_by_its_own_name()
    {
        await File.WriteAllTextAsync(InFolder("agent.conf"), "[dynamodb]\ntable = nats\n", TestContext.Current.CancellationToken);
        var (code, errors) = await RunAsync(["-c", "agent.conf"], ("AWS_NATS_SERVER_RESTART_LIMIT", "-1"));
        Assert.Equal(10, code);
        Assert.Equal(["AWS_NATS_SERVER_RESTART_LIMIT: [server] restart-limit: '-1' is not a whole number from 0 to 100"], SettingsErrors(errors));
    }

    [Theory]
    [InlineData("not-there.conf", "not-there.conf")]
    [InlineData("/", "/")]
    public async Task A_file_that_cannot_be_read_is_named(string path, string named)
    {
        var (code, errors) = await RunAsync("-c", path);
        Assert.Equal(10, code);
        Assert.StartsWith($"{named}: cannot be read: ", Assert.Single(SettingsErrors(errors)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_directory_that_is_missing_ends_in_50_and_is_named()
    {
        await File.WriteAllTextAsync(InFolder("agent.conf"), "[dynamodb]\ntable = nats\n", TestContext.Current.CancellationToken);
        var (code, errors) = await RunAsync("-c", "agent.conf", "-n", "/not/there/nats.conf");
        Assert.Equal(50, code);
        Assert.Contains(" error directory_missing msg=\"there is no directory /not/there: create it", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_any_settings_file_it_says_where_it_looked()
    {
        var (code, errors) = await RunAsync();
        Assert.Equal(10, code);
        Assert.Equal("there is no settings file: give one with -c, or put it at /etc/aws-nats/aws-nats.conf or ./aws-nats.conf", Assert.Single(SettingsErrors(errors)));
    }

    [Theory]
    [InlineData("--tabel", "nats")]
    [InlineData("--cfile")]
    [InlineData("-x")]
    [InlineData("nonsense")]
    public async Task An_unknown_or_incomplete_flag_ends_in_10_and_is_named(params string[] arguments)
    {
        var (code, errors) = await RunAsync(arguments);
        Assert.Equal(10, code);
        Assert.Contains(arguments[0].TrimStart('-'), errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "--cfile")]
    [InlineData("-h", "--nfile")]
    [InlineData("--version", "0.")]
    public async Task Help_and_version_are_answered_on_standard_output(string flag, string words)
    {
        await using var process = Start([flag]);
        Assert.Equal(0, await process.WaitForExitAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains(words, process.OutputText, StringComparison.Ordinal);
        Assert.Equal("", process.ErrorText);
    }

    /// <summary>The messages of the lines `settings_error`, without the escapes of a quoted value.</summary>
    private static List<string> SettingsErrors(string log) => [.. log.Split('\n').Where(l => l.Contains(" error settings_error msg=\"", StringComparison.Ordinal))
        .Select(l => l[(l.IndexOf("msg=\"", StringComparison.Ordinal) + 5)..^1].Replace("\\\"", "\"", StringComparison.Ordinal))];

    private Task<(int Code, string Errors)> RunAsync(params string[] arguments) => RunAsync(arguments, []);

    private async Task<(int Code, string Errors)> RunAsync(string[] arguments, params (string Name, string Value)[] variables)
    {
        await using var process = Start(arguments, variables);
        return (await process.WaitForExitAsync(TimeSpan.FromSeconds(10)), process.ErrorText);
    }

    private ChildProcess Start(string[] arguments, params (string Name, string Value)[] variables) => ChildProcess.Start(Repository.AgentBinary, arguments,
        new Dictionary<string, string>(variables.Select(v => KeyValuePair.Create(v.Name, v.Value))) { ["PATH"] = "/usr/bin:/bin", ["HOME"] = folder.Path },
        subnet, folder.Path, InFolder("log"));

    private string InFolder(string name) => Path.Combine(folder.Path, name);
}
