using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>SIGHUP: what can be changed while the server runs is changed, by its own reload.</summary>
public sealed class SettingsAreReread(Clouds.DynaliteFixture dynalite)
{
    private const string NewPassword = "another \"pass\\word\"; #2";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task A_new_password_is_taken_by_reload_and_the_old_one_refused(string line) => RunAsync(line, async (cluster, node) =>
    {
        var server = node.ServerPids.Single();
        await using var client = await Client.ConnectAsync(cluster, node);
        node.Settings["user", "nats_pass"] = NewPassword;
        var began = TimeProvider.System.GetTimestamp();
        Reread(node);
        await node.Agent!.WaitForLogAsync("settings_taken", Patience);
        await cluster.WaitForAsync(async () => await Client.IsAcceptedAsync(cluster, node, NewPassword) == true, Patience, "the new password opens");
        Measured.Say($"new password on {line}: in force after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        Assert.False(await Client.IsAcceptedAsync(cluster, node, cluster.Options.Password));
        Assert.Equal([server], node.ServerPids);
        await Wait.UntilAsync(() => client.Losses > 0, Patience); // who came in by the old one is put out
        await cluster.WaitForMeshAsync(2, Patience);
    });

    [Theory]
    [ClassData(typeof(ServerLines))]
    public Task A_bad_file_changes_nothing_and_every_error_is_logged(string line) => RunAsync(line, async (cluster, node) =>
    {
        var (server, text) = (node.ServerPids.Single(), node.ServerConfigText);
        node.Settings["user", "nats_pass"] = NewPassword;
        node.Settings["general", "servers-timeout"] = "soon";
        node.Settings["server", "clint-port"] = "1";
        Reread(node);
        await node.Agent!.WaitForLogAsync("settings_kept", Patience);
        Assert.Contains("[general] servers-timeout: 'soon' is not", node.Agent.Log, StringComparison.Ordinal);
        Assert.Contains("[server] clint-port", node.Agent.Log, StringComparison.Ordinal);
        await Wait.HoldsAsync(() => Task.FromResult(node.ServerConfigText == text), TimeSpan.FromSeconds(4)); // longer than the quiet before a reload
        Assert.True(await Client.IsAcceptedAsync(cluster, node, cluster.Options.Password));
        Assert.Equal([server], node.ServerPids);

        node.Settings["general", "servers-timeout"] = "6";
        node.Settings["server", "clint-port"] = null;
        Reread(node);
        await cluster.WaitForAsync(async () => await Client.IsAcceptedAsync(cluster, node, NewPassword) == true, Patience, "the mended file is taken");
    });

    [Fact]
    public Task What_needs_a_restart_is_named_and_waits() => RunAsync(ServerLines.Newest, async (cluster, node) =>
    {
        var server = node.ServerPids.Single();
        node.Settings["server", "client-port"] = "4343";
        node.Settings["user", "nats_pass"] = NewPassword;
        Reread(node);
        await node.Agent!.WaitForLogAsync("waiting=\"[server] client-port\"", Patience);
        await cluster.WaitForAsync(async () => await Client.IsAcceptedAsync(cluster, node, NewPassword) == true, Patience, "the rest is taken, at the old port");
        Assert.Equal([server], node.ServerPids);
    });

    [Fact]
    public Task Signals_one_after_another_do_no_harm() => RunAsync(ServerLines.Newest, async (cluster, node) =>
    {
        var server = node.ServerPids.Single();
        for (var n = 0; n < 50; n++)
        {
            node.Settings["user", "nats_pass"] = $"password {n}";
            Reread(node);
        }
        await cluster.WaitForAsync(async () => await Client.IsAcceptedAsync(cluster, node, "password 49") == true, Patience, "the last password opens");
        Assert.Equal([server], node.ServerPids);
        Assert.False(node.Agent!.HasExited);
    });

    [Fact]
    public async Task A_signal_before_there_is_an_identity_does_no_harm()
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions { Nodes = 1, ServerLine = ServerLines.Newest, Dynalite = dynalite.Dynalite });
        var node = cluster.Nodes[0];
        node.Instance.Metadata.Fault = LocalCloud.Fault.Hang;
        var agent = node.StartAgent();
        await agent.WaitForLogAsync("agent_starting", Patience);
        agent.Signal(Posix.Hangup);
        node.Instance.Metadata.ClearFaults();
        await cluster.WaitForMeshAsync(1, Patience);
    }

    private static void Reread(Node node)
    {
        var fresh = node.SettingsPath + ".new";
        node.Settings.Save(fresh);
        File.Move(fresh, node.SettingsPath, overwrite: true);
        node.Agent!.Signal(Posix.Hangup);
    }

    private Task RunAsync(string line, Func<Cluster, Node, Task> body) =>
        Cluster.RunAsync(new ClusterOptions { Nodes = 2, ServerLine = line, Dynalite = dynalite.Dynalite }, async cluster =>
        {
            await cluster.WaitForMeshAsync(2, Patience);
            await Routes.WaitUntilCompleteAsync(cluster, Patience);
            await body(cluster, cluster.Nodes[0]);
        });
}
