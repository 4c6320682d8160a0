using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PuppetServer;

/// <summary>The monitoring port of a puppet: one request a connection, orders read anew each time so that a test can change its mind.</summary>
internal sealed class FakeMonitor
{
    private int reloads;

    public static FakeMonitor Start(string address)
    {
        var monitor = new FakeMonitor();
        var listener = new TcpListener(IPEndPoint.Parse(address));
        listener.Start();
        _ = monitor.ServeAsync(listener);
        return monitor;
    }

    public void Reloaded() => Interlocked.Increment(ref reloads);

    private async Task ServeAsync(TcpListener listener)
    {
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync();
            _ = AnswerAsync(client);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
                var request = await reader.ReadLineAsync() ?? "";
                while (await reader.ReadLineAsync() is { Length: > 0 }) { }
                var (status, body) = Answer(request.Split(' ').ElementAtOrDefault(1)?.Split('?')[0]);
                await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(
                    $"HTTP/1.1 {status} Puppet\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}"));
            }
            catch (IOException)
            {
                // The other side went away.
            }
        }
    }

    private (int Status, string Body) Answer(string? path)
    {
        var orders = Orders.Read(Environment.GetCommandLineArgs()[1..]);
        return path switch
        {
            "/" or "/healthz" => (orders.Number("health") ?? 200, orders.Text("health-body") ?? """{"status":"ok"}"""),
            "/varz" => (200, $$"""{"version":"2.10.27","config_load_time":"2026-01-01T00:00:{{reloads:00}}Z"}"""),
            "/routez" => (200, $$"""{"num_routes":0,"routes":{{orders.Text("routes") ?? "[]"}}}"""),
            _ => (404, "404 page not found"),
        };
    }
}
