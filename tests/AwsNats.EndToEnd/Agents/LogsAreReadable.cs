using System.Text.Json.Nodes;
using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>Log lines can be read by people and machines, and there are few of them while all is well.</summary>
public sealed class LogsAreReadable(Clouds.DynaliteFixture dynalite)
{
    private const int FewLines = 2; // a minute and agent
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public Task A_quiet_minute_of_three_nodes_has_few_lines() => RunAsync("text", async cluster =>
    {
        await Routes.WaitUntilCompleteAsync(cluster, Patience);
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken); // the last reloads
        var before = cluster.Nodes.Select(n => Lines(n).Count).ToList();
        await Task.Delay(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        var added = cluster.Nodes.Select((n, i) => Lines(n).Skip(before[i]).ToList()).ToList();
        Measured.Say($"lines in a quiet minute with a beat a second, for each agent: {string.Join(", ", added.Select(l => l.Count))}");
        Assert.All(added, lines => Assert.True(lines.Count <= FewLines, string.Join('\n', lines)));
    });

    [Fact]
    public Task Text_lines_are_time_level_event_and_key_value() => RunAsync("text", async cluster =>
    {
        await LiveALifeAsync(cluster);
        Assert.All(cluster.Nodes.SelectMany(Lines), line => Assert.Matches(
            """^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|warn|error) [a-z_]+( [a-z_]+=([^ "=\\]+|"([^"\\]|\\.)*"))*$""", line));
    });

    [Fact]
    public Task Json_lines_are_one_object_each() => RunAsync("json", async cluster =>
    {
        await LiveALifeAsync(cluster);
        var lines = cluster.Nodes.SelectMany(Lines).Where(l => !l.Contains(" info agent_starting ", StringComparison.Ordinal)).ToList();
        Assert.All(lines, line =>
        {
            var json = JsonNode.Parse(line)!.AsObject();
            Assert.Equal(["time", "level", "event"], json.Select(p => p.Key).Take(3));
            Assert.True(DateTimeOffset.TryParse(json["time"]!.GetValue<string>(), out _), line);
            Assert.Contains(json["level"]!.GetValue<string>(), (string[])["info", "warn", "error"]);
            Assert.All(json, p => Assert.IsAssignableFrom<JsonValue>(p.Value));
        });
        foreach (var name in (string[])["agent_starting", "identity_known", "server_started", "server_died", "drained", "agent_ends"])
            Assert.Contains(lines, l => l.Contains($"\"event\":\"{name}\"", StringComparison.Ordinal));
    });

    /// <summary>What the agent says; the server's own lines begin with its pid in brackets.</summary>
    private static List<string> Lines(Node node) => [.. node.Agent!.Log.Split('\n').Where(l => l.Length > 0 && l[0] != '[')];

    private static async Task LiveALifeAsync(Cluster cluster)
    {
        Posix.Signal(cluster.Nodes[0].ServerPids.Single(), Posix.Kill);
        await cluster.Nodes[0].Agent!.WaitForLogAsync("server_died", Patience);
        await cluster.WaitForMeshAsync(3, Patience);
        foreach (var node in cluster.Nodes) Assert.Equal(0, await node.StopAgentAsync(Patience));
    }

    private Task RunAsync(string format, Func<Cluster, Task> body) => Cluster.RunAsync(new ClusterOptions
    {
        ServerLine = ServerLines.Newest,
        Dynalite = dynalite.Dynalite,
        Settings = (_, settings) => settings["general", "log-format"] = format,
    }, async cluster =>
    {
        await cluster.WaitForMeshAsync(3, Patience);
        await body(cluster);
    });
}
