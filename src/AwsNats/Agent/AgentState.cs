using System.Collections.Immutable;
using AwsNats.Identity;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;

namespace AwsNats.Agent;

/// <summary>Everything the agent knows between two looks. All instants are monotonic (<see cref="Moment.Elapsed"/>) unless they say AWS.</summary>
internal sealed record AgentState(AgentSettings Settings, InstanceIdentity Identity, string AgentVersion)
{
    public Phase Phase { get; init; }

    /// <summary>Set once: the agent ends with it.</summary>
    public ExitCode? Exit { get; init; }

    /// <summary>What the row shall say when the agent ends with <see cref="Exit"/>; null leaves the row as it is.</summary>
    public string? LastWords { get; init; }

    public RegistryState Registry { get; init; } = new();

    public ConfigState Config { get; init; } = new();

    public ServerState Server { get; init; } = new();

    public HealthState Health { get; init; } = new();

    public DrainState? Drain { get; init; }

    public RosterRules RosterRules => new(Identity.Address, Settings.ClusterPort, Settings.AllowHostNames, Settings.ServersTimeout,
        Settings.DeleteTimeout, Settings.HeartbeatInterval);

    /// <summary>AWS's now.</summary>
    public DateTimeOffset AwsNow(Moment now) => AwsClock.Now(Registry.Clock, now);
}

internal enum Phase
{
    /// <summary>From the first beat until the server has its first configuration.</summary>
    Joining,

    Serving,

    /// <summary>The restart limit is spent: reporting, or held by the fleet brake.</summary>
    Failing,

    Draining,
}

internal sealed record RegistryState
{
    public TimeSpan NextBeatAt { get; init; }

    /// <summary>When beats out of turn are within their rate again; one may run ahead of it.</summary>
    public TimeSpan NextNewsAt { get; init; }

    public bool InFlight { get; init; }

    /// <summary>What the last heartbeat said, so that a change is told at once.</summary>
    public (NodeStatus Status, string? Description, bool Reported)? Told { get; init; }

    public AwsClock? Clock { get; init; }

    public Roster Roster { get; init; } = Roster.Empty;

    /// <summary>Whether the roster was ever read in this life.</summary>
    public bool EverRead { get; init; }

    /// <summary>Who routes lead to, from the roster, else from an earlier life; null while neither is known.</summary>
    public ImmutableSortedSet<Peer>? Peers { get; init; }

    public Remembered? Remembered { get; init; }

    public bool Recalling { get; init; }

    /// <summary>Since when beats fail; null when they do not.</summary>
    public TimeSpan? FailingSince { get; init; }

    public RegistryFaultKind? FailingKind { get; init; }

    public TimeSpan FaultSaidAt { get; init; }

    public TimeSpan NextSummaryAt { get; init; }

    /// <summary>Later than now after a delete that failed: the role may lack the right, and the dead can wait.</summary>
    public TimeSpan NextDeletesAt { get; init; }
}

internal sealed record ConfigState
{
    public bool InFlight { get; init; }

    /// <summary>What the running server has taken.</summary>
    public ServerConfigModel? Applied { get; init; }

    /// <summary>First and last change of what is wanted since it was applied; null when nothing is pending.</summary>
    public (TimeSpan First, TimeSpan Last, ServerConfigModel Wanted)? Pending { get; init; }

    public TimeSpan RetryAt { get; init; }

    public int Failures { get; init; }

    /// <summary>The file changed since a server was last healthy with it: a death may be the file's fault.</summary>
    public bool Unproven { get; init; }

    /// <summary>The next start takes the last good file.</summary>
    public bool UseLastGood { get; init; }

    /// <summary>The file is in place for this start.</summary>
    public ServerConfigModel? ReadyToLaunch { get; init; }

    /// <summary>An adopted server may not have read the file in place.</summary>
    public bool ForceReload { get; init; }
}

internal enum ServerCondition
{
    /// <summary>An earlier life's server may be running; not yet looked.</summary>
    Unknown,

    Down,

    /// <summary>The start is under way.</summary>
    Launching,

    /// <summary>Runs, has not been healthy yet.</summary>
    Warming,

    Up,
}

internal sealed record ServerState
{
    public ServerCondition Condition { get; init; }

    public bool IsRunning => Condition is ServerCondition.Warming or ServerCondition.Up;

    public int? Pid { get; init; }

    /// <summary>When the present condition began.</summary>
    public TimeSpan Since { get; init; }

    /// <summary>What the running server was started with.</summary>
    public FixedPart? Fixed { get; init; }

    /// <summary>For an adopted one: the key of what it was started with, to be compared.</summary>
    public string? AdoptedKey { get; init; }

    public VersionAnswer? Version { get; init; }

    public bool AskingVersion { get; init; }

    /// <summary>Not before this instant shall it be started.</summary>
    public TimeSpan StartAt { get; init; }

    public ImmutableArray<Death> Deaths { get; init; } = [];

    public bool EverUp { get; init; }

    public bool ProbeInFlight { get; init; }

    public TimeSpan NextProbeAt { get; init; }

    public int ProbeFailures { get; init; }

    public string? LastProbeDetail { get; init; }

    public bool SaidUnknown { get; init; }

    /// <summary>We are stopping it.</summary>
    public Stopping? Stopping { get; init; }
}

/// <param name="Why">For the log and, if it counts as a death, for the description.</param>
/// <param name="Counts">Whether its end counts as a death.</param>
/// <param name="Last">The last signal sent.</param>
/// <param name="EscalateAt">When the next harder signal is due.</param>
internal sealed record Stopping(string Why, bool Counts, ServerSignal Last, TimeSpan EscalateAt);

internal sealed record HealthState
{
    /// <summary>The group knows, or cannot be told.</summary>
    public bool HealthySettled { get; init; }

    /// <summary>The role or the group makes reports impossible; said once.</summary>
    public bool Impossible { get; init; }

    /// <summary>Which report is under way.</summary>
    public bool? Reporting { get; init; }

    public TimeSpan NextTryAt { get; init; }

    public int Tries { get; init; }

    /// <summary>Set while failing.</summary>
    public Failure? Failure { get; init; }

    /// <summary>Holds of the fleet brake so far.</summary>
    public int Holds { get; init; }
}

/// <param name="Code">How the agent will end.</param>
/// <param name="Description">For the row.</param>
/// <param name="HeldUntil">The fleet brake's pause; null when the report is due.</param>
internal sealed record Failure(ExitCode Code, string Description, TimeSpan? HeldUntil);

/// <param name="Since">When it began.</param>
/// <param name="Signals">How many stop signals came: the second means now.</param>
/// <param name="Told">The row says draining, or that could not be written in time.</param>
/// <param name="RowTries">How often the row's deletion was tried.</param>
/// <param name="RowInFlight">It is being deleted.</param>
internal sealed record DrainState(TimeSpan Since, int Signals, bool Told, int RowTries, bool RowInFlight, TimeSpan NextRowTryAt);
