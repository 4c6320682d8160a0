using System.Threading.Channels;
using AwsNats.Identity;
using AwsNats.Registry;
using AwsNats.Settings;
using AwsNats.Telemetry;

namespace AwsNats.Agent;

/// <summary>
/// The loop: observe, decide, act, wait. Acts run beside it, each with its port's own deadline, and post what came of them; so a slow AWS never
/// delays the watch over the server. Faults of the world arrive as values; an exception is a bug and ends the agent, not the server.
/// </summary>
internal sealed class Agent : IDisposable
{
    private readonly Channel<Func<Observation, Observation>> mailbox = Channel.CreateUnbounded<Func<Observation, Observation>>(new() { SingleReader = true });
    private readonly CancellationTokenSource ending = new();
    private readonly Ports ports;
    private readonly Log log;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly long began;
    private readonly ITimer alarm;
    private readonly Effects effects;
    private AgentState state;

    /// <param name="random">Jitter and choice; seeded in simulations.</param>
    public Agent(Ports ports, AgentSettings settings, InstanceIdentity identity, string version, Log log, TimeProvider time, Random random)
    {
        (this.ports, this.log, this.time, this.random) = (ports, log, time, random);
        began = time.GetTimestamp();
        state = new AgentState(settings, identity, version);
        alarm = time.CreateTimer(_ => Post(nothing => nothing), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        effects = new Effects(ports, log, time, Post, Fail, ending.Token);
    }

    /// <summary>SIGTERM or SIGINT.</summary>
    public void AskToStop() => Post(seen => seen with { StopSignals = seen.StopSignals + 1 });

    /// <summary>SIGHUP brought good settings.</summary>
    public void Take(AgentSettings settings) => Post(seen => seen with { NewSettings = settings });

    /// <summary>Runs until the agent's end.</summary>
    public async Task<ExitCode> RunAsync()
    {
        var seen = Observation.Nothing;
        while (true)
        {
            var verdict = Decision.Decide(state, seen with { Dice = random.NextDouble() }, Now());
            state = verdict.State;
            foreach (var line in verdict.Lines) log.Write(line);
            foreach (var act in verdict.Acts) effects.Perform(act, state);
            if (state.Exit is { } exit) return await EndAsync(exit);
            seen = await WaitAsync(verdict.WakeAt);
        }
    }

    public void Dispose()
    {
        ending.Cancel();
        alarm.Dispose();
        ending.Dispose();
    }

    private async Task<Observation> WaitAsync(TimeSpan wakeAt)
    {
        if (wakeAt < TimeSpan.MaxValue)
        {
            // Rounded up: a timer that fires a part of a millisecond early would only make the loop turn twice.
            var wait = Math.Ceiling(Math.Max(0, (wakeAt - Now().Elapsed).TotalMilliseconds));
            alarm.Change(TimeSpan.FromMilliseconds(wait), Timeout.InfiniteTimeSpan);
        }

        var seen = (await mailbox.Reader.ReadAsync())(Observation.Nothing);
        while (mailbox.Reader.TryRead(out var more)) seen = more(seen);
        return seen;
    }

    /// <summary>An agent that ends for a fault of its node leaves the reason in its row.</summary>
    private async Task<ExitCode> EndAsync(ExitCode exit)
    {
        if (state.LastWords is { } words)
        {
            var heartbeat = RegistryDecision.Tell(state, state.AwsNow(Now()));
            await ports.Registry.AnnounceAsync(heartbeat with { Status = NodeStatus.Error, Description = words }, ending.Token);
        }

        return exit;
    }

    private Moment Now() => new(time.GetElapsedTime(began), time.GetUtcNow());

    private void Post(Func<Observation, Observation> news) => mailbox.Writer.TryWrite(news);

    private void Fail(Exception bug) => mailbox.Writer.TryComplete(bug);
}
