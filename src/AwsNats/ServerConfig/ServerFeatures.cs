namespace AwsNats.ServerConfig;

/// <summary>
/// What a server of a version knows. From 2.0 on an unknown key is an error that keeps the server from starting, so none may be written too
/// early. The versions were read off the tags of nats-io/nats-server (server/opts.go): the first tag whose parser has the key.
/// </summary>
/// <param name="ServerName">server_name.</param>
/// <param name="ClusterName">cluster.name; older servers have none at all.</param>
/// <param name="Tags">server_tags.</param>
/// <param name="LameDuckDuration">lame_duck_duration.</param>
/// <param name="LameDuckGrace">lame_duck_grace_period.</param>
/// <param name="JetStream">JetStream, which refuses to start in a cluster without a single configured route.</param>
internal sealed record ServerFeatures(
    bool ServerName, bool ClusterName, bool Tags, bool LameDuckDuration, bool LameDuckGrace, bool JetStream)
{
    // server_name            2.1.2
    // cluster.name           2.2.0
    // server_tags            2.2.0 (reloadable from 2.9)
    // lame_duck_duration     1.4.0
    // lame_duck_grace_period 2.2.0
    // JetStream              2.2.0
    // cluster.advertise      1.0.6; always written, since servers before 2.0 pass over what they do not know
    private static readonly Version FirstWithLameDuck = new(1, 4, 0);
    private static readonly Version FirstWithServerName = new(2, 1, 2);
    private static readonly Version FirstWithClusterName = new(2, 2, 0);

    /// <summary>Stands for a version that could not be found out: the oldest line that is tested for every release.</summary>
    private static readonly Version Assumed = new(2, 9, 0);

    /// <param name="version">As the server prints it; 0.0.0 when that is not known.</param>
    public static ServerFeatures Of(Version version)
    {
        var known = version.Major == 0 && version.Minor == 0 ? Assumed : version;
        var modern = known >= FirstWithClusterName;
        return new(
            ServerName: known >= FirstWithServerName,
            ClusterName: modern,
            Tags: modern,
            LameDuckDuration: known >= FirstWithLameDuck,
            LameDuckGrace: modern,
            JetStream: modern);
    }
}
