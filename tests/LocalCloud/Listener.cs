using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LocalCloud;

/// <summary>
/// One HTTP listener that can be closed (connections refused) and opened again at the same port. Kestrel without a host: no signal
/// handlers, no configuration files, started in a few milliseconds.
/// </summary>
internal sealed class Listener(IPEndPoint wanted, RequestDelegate serve) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private KestrelServer? server;

    /// <summary>Where it listens, or listened last.</summary>
    public IPEndPoint EndPoint { get; private set; } = wanted;

    public Uri Address => new($"http://{EndPoint}/");

    /// <summary>Opens it; an open one stays as it is. Blocks for the few milliseconds that binding takes.</summary>
    public void Open()
    {
        lock (gate)
        {
            if (server is not null) return;
            var options = new KestrelServerOptions { AddServerHeader = false };
            options.Listen(EndPoint);
            var opened = new KestrelServer(
                Options.Create(options),
                new SocketTransportFactory(Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance),
                NullLoggerFactory.Instance);
            opened.StartAsync(new Application(serve), CancellationToken.None).GetAwaiter().GetResult();
            var address = opened.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
            EndPoint = new IPEndPoint(EndPoint.Address, new Uri(address).Port);
            server = opened;
        }
    }

    /// <summary>Closes it and breaks every open connection.</summary>
    public void Close()
    {
        lock (gate)
        {
            if (server is null) return;
            server.StopAsync(new CancellationToken(canceled: true)).GetAwaiter().GetResult();
            server.Dispose();
            server = null;
        }
    }

    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    /// <summary>Breaks one connection with a TCP reset, whatever was sent before.</summary>
    public static void Reset(HttpContext http)
    {
        if (http.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            socket.LingerState = new System.Net.Sockets.LingerOption(enable: true, seconds: 0); // 0 s: close() sends RST instead of FIN
            socket.Close();
        }
        http.Abort();
    }

    private sealed class Application(RequestDelegate serve) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => serve(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
