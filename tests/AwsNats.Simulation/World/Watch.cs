using AwsNats.Agent;
using AwsNats.Registry;
using AwsNats.Supervision;

namespace AwsNats.Simulation.World;

/// <summary>What must hold at every moment of every run. The first breach ends the run.</summary>
internal sealed class Watch(Fleet fleet)
{
    /// <summary>Below twice the usual six writes and six reads a minute.</summary>
    private const int CallsPerMinute = 23;

    /// <summary>Two beats more: what a boot, a clock put right, four deaths and an intent can bring together within one minute.</summary>
    private const int CallsPerMinuteWithNews = 27;

    /// <summary>Three deletes with every beat, at most six beats a minute, and one beat's worth for the edges of a sliding minute.</summary>
    private const int DeletesPerMinute = 21;

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>4 s: a row's time and the Date header are cut to the second, and a reply may take a second and a half to arrive.</summary>
    private static readonly TimeSpan Rounding = TimeSpan.FromSeconds(4);

    private readonly Dictionary<AgentProcess, Queue<TimeSpan>> deletes = [];

    public string? Failure { get; private set; }

    /// <summary>Something was done to a server: from here on it may be reported.</summary>
    public bool ServersSuffered { get; set; }

    /// <summary>Nothing but clocks is wrong in this run: no route to a living peer may ever go.</summary>
    public bool OnlyClocks { get; set; }

    /// <summary>How many times a server took a configuration, first ones included.</summary>
    public int Loads { get; private set; }

    /// <summary>How often an agent wanted a route away.</summary>
    public int Drops { get; private set; }

    public int RowsDeleted { get; private set; }

    public void Fail(string what)
    {
        Failure ??= $"at {fleet.Now:hh\\:mm\\:ss\\.fff} {what}";
        fleet.Trace.Note("watch", $"FAILED: {what}");
    }

    public void ThrowIfFailed()
    {
        if (Failure is { } what) throw new SimulationFailure(what);
    }

    /// <param name="isRepeat">The adapter's second try on a broken connection. Counted unless a dying server has words out of turn to be told besides.</param>
    public void Called(AgentProcess process, bool isRepeat)
    {
        if (isRepeat && ServersSuffered) return;
        if (Over(process.Calls, ServersSuffered ? CallsPerMinuteWithNews : CallsPerMinute)) Fail($"{process.Host} made {process.Calls.Count} calls within a minute");
    }

    /// <summary>Deletes have a bound of their own: they are counted here, and taken out of the other count.</summary>
    public void DeleteAsked(AgentProcess process)
    {
        if (!deletes.TryGetValue(process, out var asked)) deletes[process] = asked = new();
        if (Over(asked, DeletesPerMinute)) Fail($"{process.Host} asked for {asked.Count} deletes within a minute");
    }

    public void Written(Host host, Heartbeat beat)
    {
        var inOrder = beat.Time > host.LargestTime;
        if (inOrder) host.LargestTime = beat.Time;
        host.LastWrite = (fleet.Now, inOrder && fleet.AwsNow - beat.Time < Rounding);
        fleet.Trace.Note(host.Name, $"row {beat.Time.ToUnixTimeSeconds()} {beat.Status}{(beat.ReportedAt is null ? "" : " reporting")}");
    }

    /// <summary>A late one may strike the host's next life: its row is back with the next heartbeat.</summary>
    public void DeletedOwn(Host host)
    {
        host.LastWrite = null;
        fleet.Trace.Note(host.Name, "deleted its own row");
    }

    public void Deleted(Host by, Row row)
    {
        RowsDeleted++;
        fleet.Trace.Note(by.Name, $"deleted the row of {row.Ip}");
        var owner = fleet.Hosts.LastOrDefault(host => host.Address == row.Ip && host.IsMember);
        if (owner?.LastWrite is { } write && fleet.Now - write.At <= owner.Settings.ServersTimeout)
            Fail($"{by} deleted the row of {owner}, who lives and wrote it {(fleet.Now - write.At).TotalSeconds:0.0} s ago");
        var script = fleet.OldScripts.FirstOrDefault(script => script.Address == row.Ip && script.IsRunning);
        if (script?.LastWrite is { } at && fleet.Now - at <= by.Settings.ServersTimeout)
            Fail($"{by} deleted the row of {script}, which lives and wrote it {(fleet.Now - at).TotalSeconds:0.0} s ago");
    }

    public void Reported(Host host)
    {
        if (!ServersSuffered) Fail($"{host} was reported Unhealthy though nothing was done to any server");
        var window = host.Settings.HeartbeatInterval;
        var rival = fleet.Group.Unhealthy.LastOrDefault(report => report.Host != host);
        if (rival.Host is not null && fleet.Now - rival.At < window)
            Fail($"{host} was reported Unhealthy {(fleet.Now - rival.At).TotalSeconds:0.0} s after {rival.Host}");
    }

    /// <summary>The agent wants other routes than the file has: none may go whose server's row was fresh at the agent's last read.</summary>
    public void ConfigWanted(AgentProcess process, string? present, string wanted)
    {
        var routes = Mesh.RoutesOf(wanted);
        if (routes.Contains(process.Host.Address)) Fail($"{process.Host} has a route to itself");
        if (present is null || process.LastReadAt is not { } readAt) return;
        foreach (var address in Mesh.RoutesOf(present))
        {
            if (routes.Contains(address)) continue;
            Drops++;
            fleet.Trace.Note(process.Host.Name, $"drops the route to {address}");
            var peer = fleet.Hosts.LastOrDefault(host => host.Address == address && host.IsMember);
            if (peer?.LastWrite is { IsFresh: true } write && !ServersSuffered)
            {
                if (write.At < readAt && readAt - write.At < process.Host.Settings.ServersTimeout - Rounding)
                    Fail($"{process.Host} drops its route to {peer}, who had written {(readAt - write.At).TotalSeconds:0.0} s before the last read");
                else if (OnlyClocks) Fail($"{process.Host} drops its route to {peer}, who lives");
            }

            if (OnlyClocks && fleet.OldScripts.FirstOrDefault(script => script.Address == address && script.IsRunning) is { } old)
                Fail($"{process.Host} drops its route to {old}, which lives");
        }
    }

    public void Loaded(Host host, ServerProcess server)
    {
        Loads++;
        if (server.Routes.Contains(host.Address)) Fail($"the server of {host} has a route to itself");
    }

    public void ServerEnded(Host host, ServerProcess server, ServerExit exit)
    {
        if (!ServersSuffered && host.Agent is not { IsDraining: true }) Fail($"the server of {host} ended ({exit}) though nothing was done to any server");
        if (exit.Signal is 1) Fail($"{host} sent HUP to a server that could not take it yet");
    }

    public void AgentEnded(Host host, AgentProcess agent, ExitCode code)
    {
        if (agent.IsDraining)
        {
            if (code != ExitCode.Stopped) Fail($"{host} was asked to stop and ended with {code}");
            if (host.Server is { } server) Fail($"{host} ended and left server {server.Pid} running");
            if (!fleet.Weather.EverBad && fleet.Table[host.Address] is { } row && row.InstanceId == host.InstanceId) Fail($"{host} drained and left its row");
            return;
        }

        var isAllowed = code switch
        {
            ExitCode.NoRegistry => fleet.Weather.EverBad,
            ExitCode.ServerKeptDying or ExitCode.ServerNotStarted or ExitCode.BadServerConfig => ServersSuffered,
            _ => false,
        };
        if (!isAllowed) Fail($"{host} ended by itself with {code}");
    }

    private bool Over(Queue<TimeSpan> calls, int limit)
    {
        while (calls.TryPeek(out var first) && fleet.Now - first >= Minute) calls.Dequeue();
        calls.Enqueue(fleet.Now);
        return calls.Count > limit;
    }
}
