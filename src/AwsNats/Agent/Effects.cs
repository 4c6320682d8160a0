using System.Collections.Immutable;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Supervision;
using AwsNats.Telemetry;

namespace AwsNats.Agent;

/// <summary>Performs acts through the ports, beside the loop, and posts what came of each.</summary>
internal sealed class Effects(
    Ports ports, Log log, TimeProvider time, Action<Func<Observation, Observation>> post, Action<Exception> fail, CancellationToken ending)
{
    private readonly Reload reload = new(ports.ConfigFile, ports.Server, ports.Monitor, time);

    public void Perform(Act act, AgentState state)
    {
        if (act is Act.SignalServer signal) ports.Server.Signal(signal.Signal);
        else _ = Guarded(act, state);
    }

    private async Task Guarded(Act act, AgentState state)
    {
        try
        {
            await PerformAsync(act, state);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The agent is at its end and nobody waits for this any more.
        }
        catch (Exception bug)
        {
            // Ports turn the world's faults into values: whatever arrives here is a bug, and the loop ends with it.
            fail(bug);
        }
    }

    private async Task PerformAsync(Act act, AgentState state)
    {
        switch (act)
        {
            case Act.Beat beat:
                var result = await BeatAsync(beat.Heartbeat);
                post(seen => seen with { Beat = result });
                break;
            case Act.DeleteRows delete:
                await DeleteAsync(delete.Entries);
                break;
            case Act.DeleteOwnRow:
                var gone = await ports.Registry.DeleteOwnAsync(state.Identity.Address, state.Identity.InstanceId, ending);
                post(seen => seen with { OwnRowDeleted = gone });
                break;
            case Act.Remember remember:
                if (await ports.LastRoster.SaveAsync(remember.Peers, ending) is { } fault) log.Write(Messages.RosterFileNotWritten(fault));
                break;
            case Act.Recall:
                await RecallAsync();
                break;
            case Act.AskVersion:
                var version = await ports.Executable.VersionAsync(ending);
                post(seen => seen with { Version = version });
                break;
            case Act.Configure configure:
                var configured = await reload.ConfigureAsync(configure, ending);
                post(seen => seen with { Config = configured });
                break;
            case Act.RollBackConfig rollBack:
                var rolled = await ports.ConfigFile.RollBackAsync(ending);
                post(seen => seen with { Config = new ConfigResult(rollBack.Model, rolled.Outcome == ConfigOutcome.Failed ? ConfigEnd.Failed : ConfigEnd.RolledBack, rolled.Words) });
                break;
            case Act.AcceptConfig:
                await ports.ConfigFile.AcceptAsync(ending);
                break;
            case Act.StartServer start:
                await StartAsync(start.FixedKey);
                break;
            case Act.Probe:
                var health = await ports.Monitor.ProbeAsync(ending);
                post(seen => seen with { Probe = health });
                break;
            case Act.Report report:
                var answer = await ports.Health.ReportAsync(report.Healthy, report.RespectGracePeriod, ending);
                post(seen => seen with { Report = answer });
                break;
            case Act.CountRoutes:
                var routes = await ports.Monitor.RoutesAsync(ending);
                post(seen => seen with { RoutesSeen = routes });
                break;
        }
    }

    /// <summary>Announce before you look; when the write shows that nothing answers, the read is spared.</summary>
    private async Task<BeatResult> BeatAsync(Heartbeat heartbeat)
    {
        var announced = await ports.Registry.AnnounceAsync(heartbeat, ending);
        var read = announced.Fault is { Kind: RegistryFaultKind.Unreachable } ? null : await ports.Registry.ReadAsync(ending);
        return new BeatResult(heartbeat, announced, read);
    }

    private async Task DeleteAsync(ImmutableArray<RosterEntry> entries)
    {
        foreach (var entry in entries)
        {
            var reply = await ports.Registry.DeleteAsync(entry.Key, entry.TimeText, ending);
            post(seen => seen with { Deletes = [.. seen.Deletes, new DeleteResult(entry.Key, reply)] });
        }
    }

    private async Task RecallAsync()
    {
        var (peers, fault) = await ports.LastRoster.LoadAsync(ending);
        var adopted = ports.Server.Adopt();
        post(seen => seen with { Remembered = new Remembered(peers, fault, adopted) });
        if (adopted is not null) await WatchAsync();
    }

    private async Task StartAsync(string fixedKey)
    {
        var started = await ports.Server.StartAsync(fixedKey, ending);
        post(seen => seen with { Started = started });
        if (started.Pid is not null) await WatchAsync();
    }

    private async Task WatchAsync()
    {
        var exit = await ports.Server.WaitForExitAsync();
        post(seen => seen with { Exited = exit });
    }
}
