using System.Collections.Immutable;

namespace AwsNats.ServerConfig;

/// <summary>The lines of the cluster block's routes.</summary>
internal static class RouteUrl
{
    /// <summary>
    /// One URL for each peer but ourselves, in the order of <see cref="Peer"/>. Our own address is left out even if the caller forgot: from
    /// inside a VPC one's own public address may never answer, and the server would dial it once a second for ever.
    ///
    /// Without any peer a server that knows JetStream gets one route to its own listener. With `jetstream {}` in the user's include it would
    /// otherwise end at once ("JetStream cluster requires configured routes"); with that route it starts, recognizes itself at the first
    /// dial, never dials again, counts no route, and JetStream waits for a second server to elect a leader with (measured on 2.9.10, 2.10.27
    /// and 2.15.1). The listener's local address is used since it always answers. No route is needed for the cluster itself.
    /// </summary>
    public static ImmutableArray<string> All(ServerConfigModel model)
    {
        var own = HostAddress.Normalize(model.Fixed.Address);
        var peers = model.Routes.Select(peer => peer with { Host = HostAddress.Normalize(peer.Host) })
            .Where(peer => peer.Host != own)
            .ToImmutableSortedSet();
        if (peers.IsEmpty && ServerFeatures.Of(model.Fixed.ServerVersion).JetStream)
            peers = [new(HostAddress.Reachable(model.Fixed.ClusterHost), model.Fixed.ClusterPort)];
        var userInfo = UserInfo(model.Access);
        return [.. peers.Select(peer => $"nats-route://{userInfo}{HostAddress.WithPort(peer.Host, peer.Port)}")];
    }

    /// <summary>
    /// Percent-encoded but for RFC 3986's unreserved characters, a space as %20. Explicit routes present only what stands in their URL; the
    /// cluster's authorization block serves the discovered ones.
    /// </summary>
    private static string UserInfo(AccessPart access) => string.IsNullOrEmpty(access.RouteUser)
        ? ""
        : $"{Uri.EscapeDataString(access.RouteUser)}:{Uri.EscapeDataString(access.RoutePassword?.Reveal() ?? "")}@";
}
