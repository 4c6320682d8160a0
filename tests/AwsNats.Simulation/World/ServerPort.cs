using AwsNats.Supervision;

namespace AwsNats.Simulation.World;

/// <summary>The host's server, its monitor and its executable, as one agent sees them.</summary>
internal sealed class ServerPort(AgentProcess process) : IServer, IServerMonitor, IServerExecutable
{
    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromSeconds(3); // the real monitor's

    private readonly Host host = process.Host;
    private readonly Fleet fleet = process.Fleet;

    /// <summary>The one that this agent started or adopted.</summary>
    private ServerProcess? ours;

    private bool isAdopted;

    public Task<StartAnswer> StartAsync(string fixedKey, CancellationToken cancellation)
    {
        if (host.Server is { } running) fleet.Watch.Fail($"{host} starts a server while {running.Pid} runs");
        var plan = host.NextServer();
        if (plan.StartFault is { } fault) return process.Later(fleet.Between(0.001, 0.01), () => new StartAnswer(null, fault), cancellation);
        // It exists, and is recorded, from here on: an agent that is killed now has its server adopted by the next.
        ours = host.Server = new ServerProcess(host, host.NextPid(), fixedKey, plan);
        isAdopted = false;
        return process.Later(fleet.Between(0.003, 0.015), () => new StartAnswer(ours.Pid, null), cancellation);
    }

    public AdoptedServer? Adopt()
    {
        if (host.Server is not { } running) return null;
        (ours, isAdopted) = (running, true);
        return new AdoptedServer(running.Pid, running.FixedKey);
    }

    public async Task<ServerExit> WaitForExitAsync()
    {
        var server = ours ?? throw new InvalidOperationException("no server was started or adopted, so none can end");
        var adopted = isAdopted;
        var exit = await server.Exit.Task;
        // Only its parent is told of the end; an adopted one's is found by looking.
        return adopted ? await process.Later(fleet.Between(0, 0.25), () => new ServerExit(null, null), CancellationToken.None) : exit;
    }

    public void Signal(ServerSignal signal) => ours?.Signal(signal);

    public async Task<ProbeAnswer> ProbeAsync(CancellationToken cancellation) => ours is { IsFrozen: true, IsRunning: true }
        ? await process.Later(ProbeDeadline, () => new ProbeAnswer(ServerHealth.Unhealthy, "no answer to /healthz within 3 s"), cancellation)
        : await process.Later(fleet.Between(0.001, 0.01), () => host.Server?.Probe() ?? new ProbeAnswer(ServerHealth.Unhealthy, "connection refused"), cancellation);

    public Task<string?> ConfigLoadTimeAsync(CancellationToken cancellation) => ours is { IsFrozen: true, IsRunning: true }
        ? process.Later(ProbeDeadline, string? () => null, cancellation)
        : process.Later(fleet.Between(0.001, 0.01), () => host.Server is { IsListening: true } server ? server.LoadTime : null, cancellation);

    public Task<int?> RoutesAsync(CancellationToken cancellation) =>
        process.Later(fleet.Between(0.001, 0.01), () => host.Server is { IsListening: true } server ? server.Routes.Count : (int?)null, cancellation);

    public Task<VersionAnswer> VersionAsync(CancellationToken cancellation) =>
        process.Later(fleet.Between(0.01, 0.05), () => host.Disk.LacksExecutable
            ? new VersionAnswer(null, null, "nats-server is not in PATH")
            : new VersionAnswer("/usr/sbin/nats-server", new Version(2, 10, 27), null), cancellation);

    public Task<string?> TestAsync(string path, CancellationToken cancellation) => Task.FromResult<string?>(null); // ConfigFilePort has the answer
}
