using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AwsNats.Tests.Identity;

/// <summary>One request as it came in.</summary>
internal sealed record WireRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body, int Connection)
{
    public string? Header(string name) => Headers.TryGetValue(name, out var value) ? value : null;
}

/// <summary>What goes back. Headers beyond Content-Length are exactly those given.</summary>
internal sealed record WireReply(int Status, string Body = "", params (string Name, string Value)[] Headers)
{
    public WireEnd End { get; init; } = WireEnd.Answer;

    public static WireReply Reset { get; } = new(0) { End = WireEnd.Reset };

    public static WireReply Silence { get; } = new(0) { End = WireEnd.Silence };
}

internal enum WireEnd
{
    Answer,

    /// <summary>Answers, then closes the connection without having said so.</summary>
    AnswerAndClose,

    /// <summary>The connection breaks before an answer.</summary>
    Reset,

    /// <summary>Never answers.</summary>
    Silence,
}

/// <summary>A small HTTP/1.1 server on a free port of 127.0.0.1: the shipped clients run against it, and connections can be broken as real ones break.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentQueue<WireRequest> requests = new();
    private readonly Func<WireRequest, WireReply> answer;
    private readonly Task accepting;
    private int connections;

    public LoopbackServer(Func<WireRequest, WireReply> answer)
    {
        this.answer = answer;
        listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    public Uri Endpoint { get; }

    public IReadOnlyList<WireRequest> Requests => [.. requests];

    public int Connections => Volatile.Read(ref connections);

    /// <summary>A port of 127.0.0.1 where nobody listens.</summary>
    public static Uri Nobody()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}");
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await listener.AcceptSocketAsync(stop.Token);
                serving.Add(ServeAsync(socket, Interlocked.Increment(ref connections)));
            }
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket, int connection)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            while (await ReadAsync(stream, connection) is { } request)
            {
                requests.Enqueue(request);
                var reply = answer(request);
                if (reply.End == WireEnd.Silence) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop.Token);
                if (reply.End == WireEnd.Reset)
                {
                    socket.LingerState = new LingerOption(true, 0);
                    return;
                }

                await stream.WriteAsync(Encoding.UTF8.GetBytes(Text(reply)), stop.Token);
                if (reply.End == WireEnd.AnswerAndClose) return;
            }
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException or SocketException)
        {
            // The client went away, or the test is over.
        }
    }

    private async Task<WireRequest?> ReadAsync(NetworkStream stream, int connection)
    {
        var bytes = new List<byte>();
        var buffer = new byte[8192];
        int end;
        while ((end = Encoding.Latin1.GetString([.. bytes]).IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            var count = await stream.ReadAsync(buffer, stop.Token);
            if (count == 0) return null;
            bytes.AddRange(buffer.AsSpan(0, count));
        }

        var head = Encoding.Latin1.GetString([.. bytes], 0, end).Split("\r\n");
        var headers = head.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var length = headers.TryGetValue("Content-Length", out var text) ? int.Parse(text) : 0;
        while (bytes.Count < end + 4 + length)
        {
            var count = await stream.ReadAsync(buffer, stop.Token);
            if (count == 0) return null;
            bytes.AddRange(buffer.AsSpan(0, count));
        }

        var start = head[0].Split(' ');
        return new WireRequest(start[0], start[1], headers, Encoding.UTF8.GetString([.. bytes], end + 4, length), connection);
    }

    private static string Text(WireReply reply)
    {
        var text = new StringBuilder($"HTTP/1.1 {reply.Status} x\r\nContent-Length: {Encoding.UTF8.GetByteCount(reply.Body)}\r\n");
        foreach (var (name, value) in reply.Headers) text.Append($"{name}: {value}\r\n");
        return text.Append("\r\n").Append(reply.Body).ToString();
    }
}
