using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace AwsNats.Tests.ServerConfig;

/// <summary>The few lines of the NATS protocol that a password needs.</summary>
internal sealed class NatsConnection : IDisposable
{
    private readonly TcpClient tcp;
    private readonly StreamReader reader;

    private NatsConnection(TcpClient tcp)
    {
        this.tcp = tcp;
        reader = new(tcp.GetStream(), Encoding.UTF8);
    }

    /// <summary>What the server says to a CONNECT with these credentials: "PONG", or its -ERR line, or null when nothing listens.</summary>
    public static async Task<string?> AskAsync(string address, string? user, string? password, CancellationToken cancellation)
    {
        try
        {
            var (connection, answer) = await OpenAsync(address, user, password, cancellation);
            connection.Dispose();
            return answer;
        }
        catch (SocketException)
        {
            return null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public static async Task<(NatsConnection Connection, string Answer)> OpenAsync(
        string address, string? user, string? password, CancellationToken cancellation)
    {
        var tcp = new TcpClient();
        await tcp.ConnectAsync(address, 4242, cancellation);
        var connection = new NatsConnection(tcp);
        var credentials = user is null ? "" : $",\"user\":\"{JsonEncodedText.Encode(user)}\",\"pass\":\"{JsonEncodedText.Encode(password ?? "")}\"";
        await connection.SendAsync($"CONNECT {{\"verbose\":false,\"pedantic\":false{credentials}}}\r\n", cancellation);
        return (connection, await connection.PingAsync(cancellation));
    }

    public async Task<string> PingAsync(CancellationToken cancellation)
    {
        await SendAsync("PING\r\n", cancellation);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (line == "PONG" || line.StartsWith("-ERR", StringComparison.Ordinal)) return line;
            if (line == "PING") await SendAsync("PONG\r\n", cancellation);
        }

        return "closed";
    }

    public void Dispose()
    {
        reader.Dispose();
        tcp.Dispose();
    }

    private async Task SendAsync(string text, CancellationToken cancellation) =>
        await tcp.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
}
