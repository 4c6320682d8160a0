using AwsNats.Agent;
using AwsNats.Settings;

namespace AwsNats.Simulation.World;

/// <summary>An instance: its disk, its server, its wall clock, and one agent after another.</summary>
internal sealed class Host(Fleet fleet, int number, string address)
{
    private int lives;
    private int pids;

    public Fleet Fleet => fleet;

    public string Name { get; } = $"host{number}";

    public string Address => address;

    public string InstanceId { get; } = $"i-{number:x17}";

    public AgentSettings Settings { get; set; } = fleet.Settings;

    /// <summary>How far its wall clock is from the true time; it may jump at any moment.</summary>
    public TimeSpan Skew { get; set; }

    public Disk Disk { get; } = new();

    /// <summary>The agent that runs, if one does.</summary>
    public AgentProcess? Agent { get; private set; }

    /// <summary>The server that runs, if one does.</summary>
    public ServerProcess? Server { get; set; }

    /// <summary>How the next server will behave.</summary>
    public Func<ServerPlan> NextServer { get; set; } = () => ServerPlan.Good(fleet);

    public bool IsGone { get; private set; }

    public TimeSpan BornAt { get; } = fleet.Now;

    public ExitCode? LastExit { get; private set; }

    public bool IsMember => Agent is { IsDraining: false };

    /// <summary>Its last heartbeat that reached the table, and whether it did so in order and in time: a late one looks old from the first.</summary>
    public (TimeSpan At, bool IsFresh)? LastWrite { get; set; }

    public DateTimeOffset LargestTime { get; set; }

    public DateTimeOffset Wall => fleet.AwsNow + Skew;

    public override string ToString() => $"{Name} ({address})";

    public void Boot()
    {
        if (IsGone || Agent is not null) return;
        fleet.Trace.Note(Name, $"agent boots, clock {Skew.TotalSeconds:+0;-0;0} s off");
        Agent = new AgentProcess(this, ++lives);
        Agent.Start();
    }

    /// <summary>kill -9 of the agent alone; its service manager starts it anew.</summary>
    public void KillAgent(TimeSpan restartAfter)
    {
        if (Agent is null) return;
        fleet.Trace.Note(Name, "agent killed");
        Agent.Kill();
        Agent = null;
        fleet.Pump.After(restartAfter, Boot);
    }

    /// <summary>The whole instance is gone, at once and for ever.</summary>
    public void Vanish()
    {
        if (IsGone) return;
        fleet.Trace.Note(Name, "vanishes");
        IsGone = true;
        Agent?.Kill();
        Agent = null;
        Server?.Vanish();
        Server = null;
    }

    public void AskToStop()
    {
        if (Agent is null) return;
        fleet.Trace.Note(Name, "asked to stop");
        Agent.AskToStop();
    }

    public int NextPid() => number * 1000 + ++pids;

    /// <summary>The agent ended by itself: a service manager starts it again when that makes sense.</summary>
    public void Ended(AgentProcess agent, ExitCode code)
    {
        fleet.Trace.Note(Name, $"agent ends with {(int)code} {code}");
        if (Agent != agent) return;
        LastExit = code;
        Agent = null;
        LastWrite = null;
        fleet.Watch.AgentEnded(this, agent, code);
        if (code is ExitCode.NoRegistry or ExitCode.BadServerConfig) fleet.Pump.After(TimeSpan.FromSeconds(5), Boot);
    }
}

/// <summary>What a host's disk keeps over the lives of its agents.</summary>
internal sealed class Disk
{
    public string? Config { get; set; }

    /// <summary>There exactly as long as the file in place has not been accepted.</summary>
    public string? LastGood { get; set; }

    public System.Collections.Immutable.ImmutableArray<ServerConfig.Peer>? Roster { get; set; }

    public bool IsFull { get; set; }

    /// <summary>What the server's own test says to any file.</summary>
    public string? TestSays { get; set; }

    /// <summary>nats-server is not installed, or no longer.</summary>
    public bool LacksExecutable { get; set; }

    /// <summary>The running server refuses any reload.</summary>
    public bool RefusesReloads { get; set; }
}
