using System.Collections.Immutable;
using AwsNats.ServerConfig;

namespace AwsNats.Registry;

/// <summary>The last roster's peers on this host's disk, for a boot while AWS is away. Nothing here throws but cancellation.</summary>
internal interface IRosterFile
{
    /// <returns>Null when written, else why not.</returns>
    Task<string?> SaveAsync(ImmutableArray<Peer> peers, CancellationToken cancellation);

    /// <returns>Peers null without a fault: there is no file.</returns>
    Task<(ImmutableArray<Peer>? Peers, string? Fault)> LoadAsync(CancellationToken cancellation);
}
