using LocalCluster;

namespace Bench;

/// <summary>A contender that runs on a node of a cluster, in the place of the node's own agent. It ends with the cluster.</summary>
internal sealed class Runner
{
    private const int LastLines = 5; // enough for an error and what led to it

    private readonly ChildProcess process;
    private readonly string name;

    private Runner(ChildProcess process, string name)
    {
        this.process = process;
        this.name = name;
    }

    public int Pid => process.Pid;

    public string LastWords => string.Join('\n', process.ErrorText.TrimEnd().Split('\n').TakeLast(LastLines));

    public static Runner Start(Contender contender, Cluster cluster, Node node, TimeSpan beat)
    {
        // The node's settings have its addresses; what is measured is everything at its default but for the beat.
        node.Settings["general", "heartbeat-interval"] = Contender.Text(beat);
        node.Settings["general", "servers-timeout"] = Contender.TimeoutFor(beat);
        node.Settings["general", "delete-timeout"] = null;
        node.Settings.Save(node.SettingsPath);
        var arguments = contender == Contender.Agent
            ? ["-c", node.SettingsPath, "-n", node.ServerConfigPath]
            : contender.Arguments(node.Folder, cluster.Table.Name, beat);
        var process = ChildProcess.Start(contender.File, arguments, node.Environment, cluster.Subnet, node.Folder, Path.Combine(node.Folder, "runner"));
        return new Runner(process, contender.Name);
    }

    /// <exception cref="InvalidOperationException">It ended, and nothing here ends it.</exception>
    public void ThrowIfEnded()
    {
        if (process.HasExited) throw new InvalidOperationException($"{name} ended with exit code {process.ExitCode}. It said: {LastWords}");
    }
}
