using AwsNats.Supervision;

namespace AwsNats.Simulation.World;

/// <summary>How a server will behave.</summary>
/// <param name="Listens">From its start until its monitor answers.</param>
/// <param name="StartFault">It cannot even be started.</param>
/// <param name="DiesAfter">It ends by itself, with exit code 1.</param>
/// <param name="NeverHealthy">It listens, but its health answer is 503 for ever.</param>
internal sealed record ServerPlan(TimeSpan Listens, string? StartFault = null, TimeSpan? DiesAfter = null, bool NeverHealthy = false)
{
    public static ServerPlan Good(Fleet fleet) => new(fleet.Between(0.05, 0.4));
}

/// <summary>A nats-server as the agent can see one: what it has loaded, what its monitor says, what signals do to it (see docs: measured on 2.9 to 2.15).</summary>
internal sealed class ServerProcess
{
    private readonly Fleet fleet;
    private readonly Host host;
    private readonly ServerPlan plan;
    private readonly string fixedText;
    private readonly Queue<ServerSignal> pending = new();
    private bool isGone;

    public ServerProcess(Host host, int pid, string fixedKey, ServerPlan plan)
    {
        (this.host, this.plan, fleet, Pid, FixedKey) = (host, plan, host.Fleet, pid, fixedKey);
        var text = host.Disk.Config ?? "";
        fixedText = Mesh.WithoutRoutes(text);
        Load(text);
        fleet.Pump.After(plan.Listens, () =>
        {
            if (IsRunning) IsListening = true;
        });
        if (plan.DiesAfter is { } life) fleet.Pump.After(life, () => End(new ServerExit(1, null)));
    }

    public int Pid { get; }

    public string FixedKey { get; }

    public HashSet<string> Routes { get; private set; } = [];

    public string LoadTime { get; private set; } = "";

    public TaskCompletionSource<ServerExit> Exit { get; } = new();

    public bool IsRunning => !isGone && !Exit.Task.IsCompleted;

    public bool IsListening { get; private set; }

    public bool IsLameDuck { get; private set; }

    public bool IsFrozen { get; private set; }

    public bool IsServing => IsRunning && IsListening && !IsLameDuck && !IsFrozen && !plan.NeverHealthy;

    /// <summary>The agent has sent it a signal that ends it.</summary>
    public bool IsAskedToEnd { get; private set; }

    public int Loads { get; private set; }

    /// <summary>SIGSTOP.</summary>
    public void Freeze()
    {
        fleet.Trace.Note(host.Name, "server frozen");
        IsFrozen = true;
    }

    public void Thaw()
    {
        if (!IsFrozen || !IsRunning) return;
        fleet.Trace.Note(host.Name, "server thawed");
        IsFrozen = false;
        while (pending.TryDequeue(out var signal)) Signal(signal);
    }

    public void Vanish() => isGone = true;

    public void Signal(ServerSignal signal)
    {
        if (!IsRunning) return;
        fleet.Trace.Note(host.Name, $"server {Pid} gets {signal}");
        IsAskedToEnd |= signal != ServerSignal.Reload;
        if (signal == ServerSignal.Kill) End(new ServerExit(null, 9));
        else if (IsFrozen) pending.Enqueue(signal);
        else if (!IsListening) End(new ServerExit(null, signal switch { ServerSignal.Reload => 1, ServerSignal.LameDuck => 12, _ => 2 }));
        else if (signal == ServerSignal.Interrupt) fleet.Pump.After(fleet.Between(0.005, 0.1), () => End(new ServerExit(0, null)));
        else if (!IsLameDuck) Take(signal);
    }

    public void End(ServerExit exit)
    {
        if (!IsRunning) return;
        fleet.Trace.Note(host.Name, $"server {Pid} ended: {exit}");
        fleet.Watch.ServerEnded(host, this, exit);
        host.Server = null;
        Exit.TrySetResult(exit);
    }

    public ProbeAnswer Probe()
    {
        if (!IsRunning || !IsListening) return new ProbeAnswer(ServerHealth.Unhealthy, "connection refused");
        return IsServing ? new ProbeAnswer(ServerHealth.Healthy) : new ProbeAnswer(ServerHealth.Unhealthy, "/healthz: 503");
    }

    private void Take(ServerSignal signal)
    {
        if (signal == ServerSignal.LameDuck)
        {
            IsLameDuck = true;
            // Without clients at once; with clients after the grace period and up to the whole duration.
            var stay = fleet.Chance(0.3) ? fleet.Between(0.01, 0.1) : fleet.Between(5, 30);
            fleet.Pump.After(stay, () => End(new ServerExit(0, null)));
            return;
        }

        fleet.Pump.After(fleet.Between(0.002, 0.05), () =>
        {
            if (!IsRunning || IsLameDuck || IsFrozen || host.Disk.RefusesReloads) return;
            var text = host.Disk.Config ?? "";
            if (Mesh.WithoutRoutes(text) != fixedText) fleet.Trace.Note(host.Name, "server refuses the reload: what cannot be reloaded has changed");
            else Load(text);
        });
    }

    private void Load(string text)
    {
        Routes = Mesh.RoutesOf(text);
        LoadTime = $"{fleet.Now}";
        Loads++;
        fleet.Trace.Note(host.Name, $"server {Pid} loaded {Routes.Count} routes");
        fleet.Watch.Loaded(host, this);
    }
}
