using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Bench;

/// <summary>One request's head, and when its last byte was read.</summary>
/// <param name="Method">GET, PUT, POST.</param>
/// <param name="Path">As sent.</param>
/// <param name="Target">The header X-Amz-Target; empty when there is none.</param>
/// <param name="Timestamp">Of TimeProvider.System.</param>
internal sealed record Head(string Method, string Path, string Target, long Timestamp);

/// <summary>
/// As little HTTP server as will do, so that what is measured is the program that asks: a thread per connection, blocking reads, answers at
/// once.
/// </summary>
internal sealed class Responder : IDisposable
{
    private const int LargestHead = 16 * 1024; // bytes; a signed request's head has one or two thousand

    private readonly TcpListener listener;
    private readonly Func<Head, string?> answer;
    private readonly X509Certificate2? certificate;
    private volatile bool isClosed;

    /// <param name="endPoint">Where to listen.</param>
    /// <param name="answer">From the head to the body of a 200; empty for a 404; null for no answer at all.</param>
    /// <param name="certificate">With its private key: TLS; null: plain.</param>
    public Responder(IPEndPoint endPoint, Func<Head, string?> answer, X509Certificate2? certificate = null)
    {
        this.answer = answer;
        this.certificate = certificate;
        listener = new TcpListener(endPoint);
        listener.Start();
        Address = $"{(certificate is null ? "http" : "https")}://{listener.LocalEndpoint}";
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public string Address { get; }

    public void Dispose()
    {
        isClosed = true;
        listener.Dispose();
    }

    private void Accept()
    {
        while (!isClosed)
        {
            try
            {
                var socket = listener.AcceptSocket();
                socket.NoDelay = true;
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return; // closed
            }
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            using var network = new NetworkStream(socket, ownsSocket: true);
            if (certificate is null)
            {
                Talk(network);
                return;
            }
            using var secure = new SslStream(network);
            secure.AuthenticateAsServer(certificate, clientCertificateRequired: false, SslProtocols.None, checkCertificateRevocation: false);
            Talk(secure);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or ObjectDisposedException)
        {
            // The client was ended, which is how each measurement stops; a client that distrusts us says so itself.
        }
    }

    private void Talk(Stream stream)
    {
        var buffer = new byte[LargestHead];
        var filled = 0;
        while (true)
        {
            int end;
            while ((end = buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8)) < 0)
            {
                var count = filled == buffer.Length ? 0 : stream.Read(buffer, filled, buffer.Length - filled);
                if (count == 0) return;
                filled += count;
            }
            var timestamp = TimeProvider.System.GetTimestamp();
            var lines = Encoding.ASCII.GetString(buffer, 0, end).Split("\r\n");
            filled = SkipBody(stream, buffer, filled, end + 4, int.Parse(HeaderOf(lines, "Content-Length") ?? "0", CultureInfo.InvariantCulture));
            var first = lines[0].Split(' ');
            if (answer(new Head(first[0], first[1], HeaderOf(lines, "X-Amz-Target") ?? "", timestamp)) is not { } body) continue;
            stream.Write(Encoding.UTF8.GetBytes(Reply(body)));
        }
    }

    /// <summary>Reads past the body; what follows it is moved to the buffer's beginning.</summary>
    private static int SkipBody(Stream stream, byte[] buffer, int filled, int start, int length)
    {
        var rest = length - (filled - start);
        if (rest <= 0)
        {
            buffer.AsSpan(start + length, filled - start - length).CopyTo(buffer);
            return filled - start - length;
        }
        while (rest > 0)
        {
            var count = stream.Read(buffer, 0, Math.Min(rest, buffer.Length));
            if (count == 0) throw new EndOfStreamException();
            rest -= count;
        }
        return 0;
    }

    private static string Reply(string body) =>
        $"HTTP/1.1 {(body.Length == 0 ? "404 Not Found" : "200 OK")}\r\nDate: {DateTimeOffset.UtcNow:R}\r\nContent-Type: text/plain\r\n"
        + $"X-aws-ec2-metadata-token-ttl-seconds: 21600\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    private static string? HeaderOf(string[] lines, string name) => lines
        .Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim())
        .FirstOrDefault();
}
