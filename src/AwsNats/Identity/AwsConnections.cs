namespace AwsNats.Identity;

/// <summary>How this program connects to AWS's regional services.</summary>
internal static class AwsConnections
{
    /// <summary>2 s: a lost first packet is sent again after 1 s, and the calls' deadlines are 4 and 5 s.</summary>
    private static readonly TimeSpan ConnectDeadline = TimeSpan.FromSeconds(2);

    /// <summary>60 s: several beats, so that each finds its connection warm.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(60);

    /// <summary>10 min: by then the service's name is looked up again, since its addresses come and go. Arbitrary.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(10);

    /// <summary>No proxy, no redirects (a signature is for one host), no cookies.</summary>
    /// <param name="trust">Null for the runtime's own root store.</param>
    public static SocketsHttpHandler NewHandler(AwsTrust? trust)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectDeadline,
            PooledConnectionIdleTimeout = IdleTime,
            PooledConnectionLifetime = LongestLife,
        };
        trust?.Apply(handler.SslOptions);
        return handler;
    }
}
