using System.Net;
using System.Net.Sockets;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Supervision;

/// <summary>A folder of one test with a configuration, links to servers, and an end for every process that was started in it.</summary>
internal sealed class ServerBench : IDisposable
{
    /// <summary>Generous: a loaded machine, and a puppet that is compiled while it starts.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static int benches;

    private readonly List<int> pids = [];

    public ServerBench()
    {
        Folder = Directory.CreateTempSubdirectory("aws-nats-supervision-").FullName;
        // An address of its own, so that tests that run side by side never meet on a port.
        Host = $"127.{64 + (Posix.OwnPid >> 8 & 63)}.{Posix.OwnPid & 255}.{Interlocked.Increment(ref benches)}";
        File.WriteAllText(ConfigPath, "");
    }

    public static string Root { get; } = FindRoot();

    /// <summary>The puppet of the same build configuration as these tests.</summary>
    public static string Puppet { get; } =
        Path.Combine(Root, "tests/PuppetServer/bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0/PuppetServer");

    public string Folder { get; }

    public string Host { get; }

    public string ConfigPath => InFolder("nats.conf");

    public string RecordPath => InFolder("server.record");

    public string SignalsPath => InFolder("signals");

    public static string RealServer(string line) => Path.Combine(Root, ".deps/nats-server", line, "nats-server");

    public static string Script(string name) => Path.Combine(Root, "tests/AwsNats.Tests/Supervision", name);

    public string InFolder(string name) => Path.Combine(Folder, name);

    /// <summary>A link to an executable; a puppet reached by it obeys the orders.</summary>
    public string Link(string name, string target, params string[] orders)
    {
        File.CreateSymbolicLink(InFolder(name), target);
        if (orders.Length > 0) File.WriteAllLines(InFolder(name) + ".puppet", orders);
        return InFolder(name);
    }

    public void Order(params string[] orders) => File.WriteAllLines(ConfigPath, orders.Select(order => "# puppet: " + order));

    /// <param name="executable">Null for the puppet.</param>
    public NatsServer Server(string? executable = null, bool direct = false, params ListenAddress[] listens) =>
        new(new ServerLaunch(direct ? null : [Puppet], executable ?? Puppet, null, ConfigPath, RecordPath, listens), TimeProvider.System);

    public async Task<int> StartAsync(NatsServer server, string fixedKey = "key")
    {
        var answer = await server.StartAsync(fixedKey, TestContext.Current.CancellationToken);
        Assert.Null(answer.Fault);
        return Remember(answer.Pid!.Value);
    }

    /// <summary>Starts a puppet that writes its signals down, and waits until it handles them.</summary>
    public async Task<int> StartReadyAsync(NatsServer server, params string[] orders)
    {
        Order(["signals " + SignalsPath, .. orders]);
        var pid = await StartAsync(server);
        await UntilAsync(() => Signals().Contains("ready"));
        return pid;
    }

    public string[] Signals() => File.Exists(SignalsPath) ? File.ReadAllLines(SignalsPath) : [];

    public int Remember(int pid)
    {
        pids.Add(pid);
        return pid;
    }

    public int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(Host), 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <param name="folder">/proc/pid/task/tid.</param>
    public static char? ThreadState(string folder) => ProcessTable.Read(folder + "/stat") is { } text ? ProcessStat.Parse(text)?.State : null;

    public static async Task UntilAsync(Func<bool> condition) =>
        await UntilAsync(() => Task.FromResult(condition()));

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var time = TimeProvider.System;
        for (var since = time.GetTimestamp(); !await condition(); await Task.Delay(TimeSpan.FromMilliseconds(20), time))
            Assert.True(time.GetElapsedTime(since) < Patience, "what the test waits for did not happen");
    }

    public void Dispose()
    {
        foreach (var pid in pids.Where(pid => !Posix.SendSignalToGroup(pid, 9))) Posix.SendSignal(pid, 9);
        Directory.Delete(Folder, recursive: true);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "AwsNats.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
