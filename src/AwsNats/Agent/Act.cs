using System.Collections.Immutable;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Supervision;

namespace AwsNats.Agent;

/// <summary>What the agent shall do in the world. Each runs beside the loop; its result comes back as an observation.</summary>
internal abstract record Act
{
    /// <summary>Write the heartbeat, then read.</summary>
    internal sealed record Beat(Heartbeat Heartbeat) : Act;

    /// <summary>Delete rows of the dead, each on condition of the time seen.</summary>
    internal sealed record DeleteRows(ImmutableArray<RosterEntry> Entries) : Act;

    internal sealed record DeleteOwnRow : Act;

    /// <summary>Keep the roster for a boot without AWS.</summary>
    internal sealed record Remember(ImmutableArray<Peer> Peers) : Act;

    /// <summary>Look for what an earlier life left: a roster on disk, a running server.</summary>
    internal sealed record Recall : Act;

    internal sealed record AskVersion : Act;

    /// <summary>Write the file and, for a running server, have it taken or put the last good one back.</summary>
    internal sealed record Configure(ServerConfigModel Model, ReloadMode Reload) : Act;

    /// <summary>Put the last good file back, for the next start.</summary>
    internal sealed record RollBackConfig(ServerConfigModel Model) : Act;

    /// <summary>The server is healthy with the file in place: that is the last good one now.</summary>
    internal sealed record AcceptConfig : Act;

    internal sealed record StartServer(string FixedKey) : Act;

    internal sealed record SignalServer(ServerSignal Signal) : Act;

    internal sealed record Probe : Act;

    internal sealed record Report(bool Healthy, bool RespectGracePeriod) : Act;

    internal sealed record CountRoutes : Act;
}

internal enum ReloadMode
{
    /// <summary>No server runs: the next start reads the file.</summary>
    None,

    /// <summary>The running server takes the file when its bytes changed.</summary>
    WhenChanged,

    /// <summary>An adopted server may never have seen the file that an earlier agent wrote: it takes it in any case.</summary>
    Always,
}
