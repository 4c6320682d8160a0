using System.Collections.Immutable;
using AwsNats.Settings;

namespace AwsNats.ServerConfig;

/// <summary>Everything that goes into the server's configuration file.</summary>
/// <param name="Fixed">What the server reads at its start only.</param>
/// <param name="Access">Who may connect; reloadable.</param>
/// <param name="Routes">The live peers; reloadable. Never our own address.</param>
internal sealed record ServerConfigModel(FixedPart Fixed, AccessPart Access, ImmutableSortedSet<Peer> Routes);

/// <summary>
/// What cannot be changed by a reload: one such change makes the server refuse a whole reload, routes included (facts measured on 2.9 to 2.15).
/// The running server's FixedPart is kept until it is started anew.
/// </summary>
/// <param name="ServerVersion">Decides which settings the server knows; 0.0.0 when it is not known.</param>
internal sealed record FixedPart(
    string ServerName,
    string ClusterName,
    string Address,
    string ClientHost,
    int ClientPort,
    string ClusterHost,
    int ClusterPort,
    string MonitorHost,
    int MonitorPort,
    ImmutableArray<string> Tags,
    TimeSpan LameDuckDuration,
    TimeSpan LameDuckGrace,
    string? Include,
    Version ServerVersion)
{
    public bool Equals(FixedPart? other) => other is not null && Key == other.Key;

    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    /// <summary>All values in one line, to compare with and to keep on disk; holds no secret.</summary>
    public string Key => string.Join('|', ServerName, ClusterName, Address, ClientHost, ClientPort, ClusterHost, ClusterPort, MonitorHost,
        MonitorPort, string.Join(',', Tags), LameDuckDuration.TotalSeconds, LameDuckGrace.TotalSeconds, Include, ServerVersion);
}

internal sealed record AccessPart(string? User, Secret? Password, double? Timeout, string? RouteUser, Secret? RoutePassword);

/// <summary>A live peer that a route leads to, ordered by host then port so that the file is the same for the same roster.</summary>
/// <param name="Host">An address without brackets, or a host name; parsed, never a stranger's raw text.</param>
/// <param name="Port">Its cluster port.</param>
internal sealed record Peer(string Host, int Port) : IComparable<Peer>
{
    public int CompareTo(Peer? other)
    {
        if (other is null) return 1;
        var byHost = string.CompareOrdinal(Host, other.Host);
        return byHost != 0 ? byHost : Port.CompareTo(other.Port);
    }
}
