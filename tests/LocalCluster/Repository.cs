namespace LocalCluster;

/// <summary>Where things stand in the repository. What is missing is named together with the command that brings it.</summary>
public static class Repository
{
    /// <summary>The folder that holds AwsNats.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The published native binary; AWS_NATS_BINARY overrides.</summary>
    public static string AgentBinary => Existing(
        Environment.GetEnvironmentVariable("AWS_NATS_BINARY") ?? Path.Combine(Root, "out", "linux-x64", "aws-nats"), "./build.sh publish");

    /// <summary>The folder of one line's nats-server, to be put into PATH.</summary>
    /// <param name="line">2.9, 2.10 or 2.15.</param>
    public static string ServerFolder(string line) =>
        Path.GetDirectoryName(Existing(Path.Combine(Root, ".deps", "nats-server", line, "nats-server"), "./build.sh deps"))!;

    /// <summary>dynalite's script for node; DYNALITE_HOME overrides the folder that holds node_modules.</summary>
    public static string DynaliteScript => Existing(
        Path.Combine(Environment.GetEnvironmentVariable("DYNALITE_HOME") ?? Path.Combine(Root, "tests", "dynalite"), "node_modules", "dynalite", "cli.js"),
        "./build.sh deps");

    private static string Existing(string path, string bringer) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: run {bringer}", path);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AwsNats.sln"))) return folder.FullName;
        }
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds AwsNats.sln");
    }
}
