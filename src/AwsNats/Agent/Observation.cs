using System.Collections.Immutable;
using AwsNats.Health;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;

namespace AwsNats.Agent;

/// <summary>
/// What came in since the last look: the results of earlier acts, the server's exit, signals. A null means: nothing of that kind.
/// </summary>
internal sealed record Observation
{
    public static Observation Nothing { get; } = new();

    /// <summary>The heartbeat and the read that followed it.</summary>
    public BeatResult? Beat { get; init; }

    public IReadOnlyList<DeleteResult> Deletes { get; init; } = [];

    /// <summary>What an earlier life left behind.</summary>
    public Remembered? Remembered { get; init; }

    public VersionAnswer? Version { get; init; }

    public ConfigResult? Config { get; init; }

    public StartAnswer? Started { get; init; }

    public ServerExit? Exited { get; init; }

    public ProbeAnswer? Probe { get; init; }

    public ReportAnswer? Report { get; init; }

    /// <summary>Distinct peers that the server has routes with.</summary>
    public int? RoutesSeen { get; init; }

    public RegistryReply? OwnRowDeleted { get; init; }

    /// <summary>SIGTERM and SIGINT.</summary>
    public int StopSignals { get; init; }

    /// <summary>SIGHUP brought good settings.</summary>
    public AgentSettings? NewSettings { get; init; }

    /// <summary>From 0 up to 1, thrown anew for every look: all chance that decisions use.</summary>
    public double Dice { get; init; }
}

/// <param name="Heartbeat">What was to be written.</param>
/// <param name="Announced">The write's reply.</param>
/// <param name="Read">The read's reply; null when the write already showed that nothing answers.</param>
internal sealed record BeatResult(Heartbeat Heartbeat, RegistryReply Announced, RegistryReply? Read)
{
    /// <summary>The first fault of the two; null when both went through.</summary>
    public RegistryFault? Fault => Announced.Fault ?? Read?.Fault;
}

internal sealed record DeleteResult(string Ip, RegistryReply Reply);

/// <summary>What an earlier life left on this host.</summary>
/// <param name="Peers">Null when there is no earlier roster on disk (or it is unreadable); empty when the last one knew nobody.</param>
/// <param name="Fault">Why an earlier roster cannot be used; null when it can, or there is none.</param>
/// <param name="Server">A running server of ours; null when there is none.</param>
internal sealed record Remembered(ImmutableArray<Peer>? Peers, string? Fault, AdoptedServer? Server);

/// <summary>The end of one attempt to put a configuration in place.</summary>
/// <param name="Model">What was attempted.</param>
internal sealed record ConfigResult(ServerConfigModel Model, ConfigEnd End, string? Words);

internal enum ConfigEnd
{
    /// <summary>The file already said so and nothing was reloaded.</summary>
    Unchanged,

    /// <summary>In place, for a server that is about to start.</summary>
    Written,

    /// <summary>In place, and the running server has taken it.</summary>
    Reloaded,

    /// <summary>The server's own test, or the running server, said no; the last good file is back.</summary>
    Refused,

    /// <summary>The disk said no.</summary>
    Failed,

    /// <summary>The last good file was put back before a start.</summary>
    RolledBack,
}
