using System.Security.Cryptography;
using LocalCluster;

namespace Demo;

/// <summary>The demo from the first process to the last: sets up, tells the story, sums up, and leaves nothing behind.</summary>
internal static class Performance
{
    public const int Misused = 2;
    private const int Failed = 1;
    private const int Interrupted = 130; // 128 plus SIGINT's number, as shells say it

    // A tenth of the agent's usual times, so that nobody waits for minutes.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ServersTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DeleteTimeout = TimeSpan.FromSeconds(10);

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(bool keep, CancellationToken stop)
    {
        var stage = Stage();
        try
        {
            var line = ServerLines.Newest();
            _ = Repository.AgentBinary; // what is missing is better said before anything is started
            _ = Repository.DynaliteScript;
            Console.WriteLine("A NATS cluster on this machine: nodes are loopback addresses, AWS is pretended,\nagents and servers are the real ones.");
            Console.WriteLine($"Times are short, to be watched: heartbeat {Heartbeat.TotalSeconds} s, silent after {ServersTimeout.TotalSeconds} s, deleted after\n{DeleteTimeout.TotalSeconds} s (usually 10 s, 30 s, an hour). It takes about half a minute.");
            return await PlayAsync(stage, line, keep, stop);
        }
        catch (Exception e) when (stop.IsCancellationRequested)
        {
            // The signal's handlers have ended every process by now: whatever failed for that reason is no fault.
            _ = e;
            stage.Close();
            Console.WriteLine("Stopped as asked. Nothing is left running, and nothing on disk.");
            return Interrupted;
        }
        catch (Exception e) when (e is DemoFailedException or FileNotFoundException)
        {
            stage.Close();
            await Console.Error.WriteLineAsync($"The demo failed: {e.Message}");
            return Failed;
        }
        finally
        {
            stage.Close();
        }
    }

    private static async Task<int> PlayAsync(IStage stage, string line, bool keep, CancellationToken stop)
    {
        await using var cluster = await Cluster.CreateAsync(new ClusterOptions
        {
            Nodes = 3,
            ServerLine = line,
            HeartbeatInterval = Heartbeat,
            ServersTimeout = ServersTimeout,
            DeleteTimeout = DeleteTimeout,
            User = "demo",
            Password = RandomNumberGenerator.GetHexString(24, lowercase: true), // 24 digits: as good as any, and this run's alone
        });
        await using var story = new Story(cluster, stage, line, TimeProvider.System, stop);
        try
        {
            await story.TellAsync();
        }
        catch (DemoFailedException)
        {
            stage.Close();
            cluster.Keep = true; // for the person who asks why
            await Console.Error.WriteLineAsync(await cluster.DescribeAsync());
            throw;
        }
        stage.Close();
        foreach (var text in Summary.Lines(story, AwsCalls.Count(cluster))) Console.WriteLine(text);
        if (keep) await KeepAsync(cluster, story, stage, stop);
        return 0;
    }

    private static async Task KeepAsync(Cluster cluster, Story story, IStage stage, CancellationToken stop)
    {
        var hints = Hints.For(cluster, story.View);
        if (stage is PlainStage) foreach (var hint in hints) Console.WriteLine(hint);
        try
        {
            await story.KeepAsync(hints);
        }
        catch (Exception e) when (stop.IsCancellationRequested)
        {
            _ = e; // as asked: the story is over, so this is an end like any other
        }
        stage.Close();
    }

    private static IStage Stage()
    {
        var terminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");
        if (!terminal) return new PlainStage(ServersTimeout);
        var colour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")); // no-color.org
        IEnumerable<string> variables = ["LC_ALL", "LC_CTYPE", "LANG"]; // the first that is set counts
        var locale = variables.Select(Environment.GetEnvironmentVariable).FirstOrDefault(v => !string.IsNullOrEmpty(v)) ?? "";
        return new TerminalStage(ServersTimeout, colour, locale.Replace("-", "", StringComparison.Ordinal).Contains("UTF8", StringComparison.OrdinalIgnoreCase));
    }
}
