using AwsNats.Agent;
using AwsNats.Identity;
using AwsNats.Settings;
using AwsNats.Telemetry;

namespace AwsNats.Simulation.World;

/// <summary>One life of the real agent on a host, with ports into this world.</summary>
internal sealed class AgentProcess(Host host, int life)
{
    /// <summary>From exec to the first beat, identity included.</summary>
    private readonly TimeSpan boot = host.Fleet.Between(0.01, 0.5);

    private readonly int seed = host.Fleet.Random.Next();
    private readonly Inbox inbox = new(host.Fleet.Pump);
    private Agent.Agent? agent;

    public Host Host => host;

    public Fleet Fleet => host.Fleet;

    public bool IsAlive => !inbox.IsClosed;

    public bool IsDraining { get; private set; }

    /// <summary>When its registry requests of the last minute were sent.</summary>
    public Queue<TimeSpan> Calls { get; } = new();

    /// <summary>When the last read that was answered to it was made at the table.</summary>
    public TimeSpan? LastReadAt { get; set; }

    public void Start() => Fleet.Pump.After(boot, () => inbox.Post(_ => _ = RunAsync(), null));

    public void Kill() => inbox.Close();

    public void AskToStop()
    {
        IsDraining = true;
        // A signal before the handlers are there ends the process; so it does for the real one.
        if (agent is null) Stopped(ExitCode.Stopped);
        else inbox.Post(_ => agent.AskToStop(), null);
    }

    public void Take(AgentSettings settings) => inbox.Post(_ => agent?.Take(settings), null);

    /// <summary>An answer that comes later; an agent killed meanwhile never gets it.</summary>
    public Task<T> Later<T>(TimeSpan delay, Func<T> result, CancellationToken cancellation)
    {
        var answer = new TaskCompletionSource<T>();
        Fleet.Pump.After(delay, () =>
        {
            if (inbox.IsClosed) return;
            if (cancellation.IsCancellationRequested) answer.TrySetCanceled(cancellation);
            else answer.TrySetResult(result());
        });
        return answer.Task;
    }

    private async Task RunAsync()
    {
        try
        {
            var clock = new HostClock(Fleet.Pump, () => host.Wall, inbox);
            var server = new ServerPort(this);
            var ports = new Ports(new TablePort(this), new RosterFilePort(this), new ConfigFilePort(this), server, server, server, new HealthPort(this));
            var identity = new InstanceIdentity(host.InstanceId, "eu-west-1", "eu-west-1a", host.Address);
            var log = new Log(Fleet.Trace.LogOf($"{host.Name}#{life}"), LogFormat.Text, clock);
            agent = new Agent.Agent(ports, host.Settings, identity, "simulated", log, clock, new Random(seed));
            var code = await agent.RunAsync();
            agent.Dispose();
            Stopped(code);
        }
        catch (Exception bug)
        {
            Fleet.Watch.Fail($"the agent on {host} ended with an exception: {bug}");
        }
    }

    private void Stopped(ExitCode code)
    {
        inbox.Close();
        host.Ended(this, code);
    }
}
