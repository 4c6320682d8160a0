using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>Passwords stand in two files that nobody else can read, and nowhere else: no log, no command line, no row.</summary>
public sealed class SecretsStayIn(Clouds.DynaliteFixture dynalite)
{
    private const string ClientPassword = "Client-S3cret";
    private const string RoutePassword = "Route-S3cret";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [ClassData(typeof(ServerLines))]
    public async Task No_log_command_line_row_or_readable_file_holds_a_password(string line)
    {
        await using var cluster = await Cluster.CreateAsync(Options(line));
        var asked = Notebook(cluster, line);
        using var watching = new CancellationTokenSource();
        var seen = WatchCommandLinesAsync(cluster, watching.Token);
        cluster.StartAll();
        await cluster.WaitForMeshAsync(3, Patience);
        var node = cluster.Nodes[0];

        node.Settings["user", "nats_pass"] = ClientPassword + "-2"; // a reload
        node.Settings.Save(node.SettingsPath);
        node.Agent!.Signal(Posix.Hangup);
        await node.Agent.WaitForLogAsync("config_reloaded", Patience);
        Posix.Signal(node.ServerPids.Single(), Posix.Kill); // and a start
        await node.Agent.WaitForLogAsync("server_died", Patience);
        await cluster.WaitForMeshAsync(3, Patience);
        AssertFilesArePrivate(cluster);

        var rows = (await cluster.Table.ScanAsync()).Select(r => r.ToJsonString()).ToList();
        foreach (var each in cluster.Nodes) Assert.Equal(0, await each.StopAgentAsync(Patience));
        AssertFilesArePrivate(cluster);
        await watching.CancelAsync();
        var noted = await File.ReadAllTextAsync(asked, TestContext.Current.CancellationToken);
        Assert.Contains("-t -c ", noted, StringComparison.Ordinal);
        foreach (var text in (string[])[.. await seen, noted, .. rows, .. cluster.Nodes.Select(n => n.Agent!.Log)])
            Assert.DoesNotContain("S3cret", text, StringComparison.Ordinal);
    }

    [Theory]
    [ClassData(typeof(ServerLines))]
    public async Task A_password_in_a_line_that_the_server_refuses_is_not_repeated(string line)
    {
        await using var cluster = await Cluster.CreateAsync(Options(line));
        var node = cluster.Nodes[0];
        var include = Path.Combine(node.Folder, "own.conf");
        await File.WriteAllTextAsync(include, "leafnodes { remotes: [ { url: \"nats://u:Leaf-S3cret@10.0.0.1\" } ], pasword: Leaf-S3cret }\n", TestContext.Current.CancellationToken);
        node.Settings["server", "include"] = include;
        Assert.Equal(50, await node.StartAgent().WaitForExitAsync(Patience));
        Assert.DoesNotContain("S3cret", node.Agent!.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("S3cret", (await cluster.Table.GetAsync(node.Ip))!.ToJsonString(), StringComparison.Ordinal);
    }

    private static void AssertFilesArePrivate(Cluster cluster)
    {
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var file in cluster.Nodes.SelectMany(n => Directory.GetFiles(n.Folder)).Where(f => Path.GetExtension(f) is not (".err" or ".out"))) // the logs are our own shell's
        {
            if (!OperatingSystem.IsWindows()) Assert.True(File.GetUnixFileMode(file) == own, $"{file}: {File.GetUnixFileMode(file)}");
        }
    }

    /// <summary>Puts a script before the server that notes every argument, of the shortest run too.</summary>
    /// <returns>The file of notes.</returns>
    private static string Notebook(Cluster cluster, string line)
    {
        var (script, notes) = (Path.Combine(cluster.Folder, "nats-server"), Path.Combine(cluster.Folder, "notes"));
        File.WriteAllText(script, $"#!/bin/sh\necho \"$@\" >>{notes}\nexec {Repository.ServerFolder(line)}/nats-server \"$@\"\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var node in cluster.Nodes) node.Settings["server", "server"] = script;
        return notes;
    }

    /// <summary>Every command line of ours that was there for some milliseconds, until it is enough.</summary>
    private static async Task<IReadOnlySet<string>> WatchCommandLinesAsync(Cluster cluster, CancellationToken enough)
    {
        var seen = new HashSet<string>();
        while (!enough.IsCancellationRequested)
        {
            foreach (var pid in cluster.Subnet.Processes()) seen.Add(string.Join(' ', ProcFs.CommandLine(pid)));
            await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }
        return seen;
    }

    private ClusterOptions Options(string line) => new()
    {
        ServerLine = line,
        Dynalite = dynalite.Dynalite,
        Password = ClientPassword,
        Settings = (_, settings) =>
        {
            settings["cluster", "user"] = "route";
            settings["cluster", "password"] = RoutePassword;
        },
    };
}
