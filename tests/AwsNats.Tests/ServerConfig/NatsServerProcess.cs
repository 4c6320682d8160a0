using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace AwsNats.Tests.ServerConfig;

/// <summary>A real nats-server, started with a configuration text, ended with the test.</summary>
internal sealed class NatsServerProcess : IDisposable
{
    /// <summary>Long enough for a loaded machine; every wait ends as soon as its condition holds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Process process;
    private readonly StringBuilder log = new();

    private NatsServerProcess(Process process)
    {
        this.process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (log) log.AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
    }

    public int Pid => process.Id;

    public bool IsRunning => !process.HasExited;

    public string Log
    {
        get
        {
            lock (log) return log.ToString();
        }
    }

    public static string Executable(string line) => Path.Combine(RepositoryRoot(), ".deps", "nats-server", line, "nats-server");

    /// <param name="line">2.9, 2.10 or 2.15.</param>
    /// <param name="path">The configuration file.</param>
    public static NatsServerProcess Start(string line, string path) => new(Process.Start(new ProcessStartInfo(Executable(line), ["-c", path])
    {
        RedirectStandardError = true,
    })!);

    /// <summary>Runs the server's own test of a file: null, or its words.</summary>
    public static async Task<string?> TestAsync(string line, string path, CancellationToken cancellation)
    {
        using var test = Process.Start(new ProcessStartInfo(Executable(line), ["-t", "-c", path])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var words = await test.StandardError.ReadToEndAsync(cancellation);
        await test.WaitForExitAsync(cancellation);
        return test.ExitCode == 0 ? null : words;
    }

    public async Task ReloadAsync(CancellationToken cancellation)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -HUP {Pid}"]);
        await kill.WaitForExitAsync(cancellation);
    }

    public void Dispose()
    {
        if (!process.HasExited) process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>An address of 127.0.0.0/8 where none of the ports is taken.</summary>
    public static string FreeAddress(params int[] ports)
    {
        for (var tries = 0; tries < 1000; tries++)
        {
            var address = new IPAddress([127, (byte)Random.Shared.Next(64, 128), (byte)Random.Shared.Next(256), (byte)Random.Shared.Next(1, 255)]);
            if (ports.All(port => IsFree(new IPEndPoint(address, port)))) return address.ToString();
        }

        throw new InvalidOperationException("No free loopback address.");
    }

    /// <summary>Polls until the condition holds.</summary>
    public static async Task<bool> EventuallyAsync(Func<Task<bool>> condition, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < Patience)
        {
            if (await condition()) return true;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellation);
        }

        return false;
    }

    /// <summary>The body of a monitoring path whatever the status; null when nothing answers.</summary>
    public static async Task<string?> MonitorAsync(string address, string path, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        try
        {
            using var reply = await http.GetAsync(new Uri($"http://{address}:8222{path}"), cancellation);
            return await reply.Content.ReadAsStringAsync(cancellation);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    public static async Task<int> RoutesAsync(string address, CancellationToken cancellation)
    {
        if (await MonitorAsync(address, "/routez", cancellation) is not { } body) return 0;
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("num_routes").GetInt32();
    }

    private static bool IsFree(IPEndPoint end)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(end);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "AwsNats.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
