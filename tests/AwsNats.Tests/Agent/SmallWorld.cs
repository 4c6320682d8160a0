using System.Collections.Concurrent;
using System.Collections.Immutable;
using AwsNats.Agent;
using AwsNats.Health;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;
using AwsNats.Telemetry;
using AwsNats.Tests.Registry;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using TheAgent = AwsNats.Agent.Agent;

namespace AwsNats.Tests.Agent;

/// <summary>
/// Every port at once, for tests of what drives them: each call is noted, then does what its property says. A property set to
/// <see cref="Hangs{T}"/> never answers; one that throws is a bug of ours.
/// </summary>
internal sealed class SmallWorld : IRegistry, IRosterFile, IServerConfigFile, IServerExecutable, IServer, IServerMonitor, IInstanceHealth
{
    /// <summary>Wall clock that a test may take for anything; the virtual clock runs as fast as it can meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The pause between two polls for a reload, so that none is skipped.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly StringWriter written = new();
    private TaskCompletionSource<ServerExit> exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int loads;
    private int started;

    public SmallWorld()
    {
        Time = new FakeTimeProvider(RosterStory.Start);
        Log = new Log(TextWriter.Synchronized(written), LogFormat.Text, Time);
        Ports = new Ports(this, this, this, this, this, this, this);
        LoadTime = () => Task.FromResult<string?>($"{loads}");
    }

    public FakeTimeProvider Time { get; }

    public Log Log { get; }

    public Ports Ports { get; }

    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentQueue<Heartbeat> Heartbeats { get; } = new();

    public string Logged => $"{written}";

    public Func<Task<RegistryReply>> Announce { get; set; } = Done;

    public Func<Task<RegistryReply>> Read { get; set; } = Done;

    public Func<Task<RegistryReply>> Delete { get; set; } = Done;

    public Func<Task<RegistryReply>> DeleteOwn { get; set; } = Done;

    public Func<Task<string?>> Save { get; set; } = () => Task.FromResult<string?>(null);

    public Func<Task<(ImmutableArray<Peer>?, string?)>> Load { get; set; } = () => Task.FromResult<(ImmutableArray<Peer>?, string?)>((null, null));

    public Func<Task<ConfigAnswer>> Write { get; set; } = () => Task.FromResult(new ConfigAnswer(ConfigOutcome.Written));

    public Func<Task<ConfigAnswer>> RollBack { get; set; } = () => Task.FromResult(new ConfigAnswer(ConfigOutcome.Written));

    public Func<Task<string?>> LoadTime { get; set; }

    public bool TakesReloads { get; set; } = true;

    public Func<Task<ProbeAnswer>> Probe { get; set; } = () => Task.FromResult(new ProbeAnswer(ServerHealth.Healthy));

    public Func<Task<ReportAnswer>> Report { get; set; } = () => Task.FromResult(new ReportAnswer(ReportOutcome.Done));

    public Func<Task<StartAnswer>>? Start { get; set; }

    public AdoptedServer? Running { get; set; }

    public static Func<Task<RegistryReply>> Done { get; } = () => Task.FromResult(RegistryReply.Done(null));

    public static Task<T> Hangs<T>() => new TaskCompletionSource<T>().Task;

    public TheAgent NewAgent(AgentSettings? settings = null) => new(Ports, settings ?? new AgentSettings(), Story.Identity, "1.2.3", Log, Time, new Random(1));

    public void Dies(ServerExit how)
    {
        var dead = exit;
        exit = new(TaskCreationOptions.RunContinuationsAsynchronously);
        dead.TrySetResult(how);
    }

    public int Count(string call) => Calls.Count(made => made == call);

    /// <summary>Lets virtual time run until something holds.</summary>
    /// <param name="step">How far virtual time goes at once; a longer one makes a long quiet time cheap.</param>
    public async Task UntilAsync(Func<bool> holds, TimeSpan? step = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"it never happened; calls: {string.Join(' ', Calls.TakeLast(30))}");
            Time.Advance(step ?? Step);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Lets virtual time run until a task has ended, and gives its result.</summary>
    public async Task<T> UntilAsync<T>(Task<T> task)
    {
        await UntilAsync(() => task.IsCompleted);
        return await task;
    }

    Task<RegistryReply> IRegistry.AnnounceAsync(Heartbeat heartbeat, CancellationToken cancellation)
    {
        Heartbeats.Enqueue(heartbeat);
        return Called("announce", Announce, cancellation);
    }

    Task<RegistryReply> IRegistry.ReadAsync(CancellationToken cancellation) => Called("read", Read, cancellation);

    Task<RegistryReply> IRegistry.DeleteAsync(string ip, string seenTime, CancellationToken cancellation) => Called($"delete {ip} {seenTime}", Delete, cancellation);

    Task<RegistryReply> IRegistry.DeleteOwnAsync(string ip, string instanceId, CancellationToken cancellation) => Called($"delete-own {ip} {instanceId}", DeleteOwn, cancellation);

    Task<string?> IRosterFile.SaveAsync(ImmutableArray<Peer> peers, CancellationToken cancellation) => Called("save", Save, cancellation);

    Task<(ImmutableArray<Peer>? Peers, string? Fault)> IRosterFile.LoadAsync(CancellationToken cancellation) => Called("load", Load, cancellation);

    Task<ConfigAnswer> IServerConfigFile.WriteAsync(string text, CancellationToken cancellation) => Called("write", Write, cancellation);

    Task IServerConfigFile.AcceptAsync(CancellationToken cancellation) => Called("accept", () => Task.FromResult(0), cancellation);

    Task<ConfigAnswer> IServerConfigFile.RollBackAsync(CancellationToken cancellation) => Called("roll-back", RollBack, cancellation);

    Task<VersionAnswer> IServerExecutable.VersionAsync(CancellationToken cancellation) => Called("version", () => Task.FromResult(Story.FoundVersion), cancellation);

    Task<string?> IServerExecutable.TestAsync(string path, CancellationToken cancellation) => throw new InvalidOperationException("the loop does not test files itself");

    Task<StartAnswer> IServer.StartAsync(string fixedKey, CancellationToken cancellation) =>
        Called("start", Start ?? (() => Task.FromResult(new StartAnswer(100 + ++started, null))), cancellation);

    AdoptedServer? IServer.Adopt()
    {
        Calls.Enqueue("adopt");
        return Running;
    }

    Task<ServerExit> IServer.WaitForExitAsync() => exit.Task;

    void IServer.Signal(ServerSignal signal)
    {
        Calls.Enqueue($"signal {signal}");
        if (signal != ServerSignal.Reload) Dies(new ServerExit(0, null));
        else if (TakesReloads) loads++;
    }

    Task<ProbeAnswer> IServerMonitor.ProbeAsync(CancellationToken cancellation) => Called("probe", Probe, cancellation);

    Task<string?> IServerMonitor.ConfigLoadTimeAsync(CancellationToken cancellation) => Called("load-time", LoadTime, cancellation);

    Task<int?> IServerMonitor.RoutesAsync(CancellationToken cancellation) => Called("routes", () => Task.FromResult<int?>(0), cancellation);

    Task<ReportAnswer> IInstanceHealth.ReportAsync(bool healthy, bool respectGracePeriod, CancellationToken cancellation) =>
        Called(healthy ? "report healthy" : "report unhealthy", Report, cancellation);

    private Task<T> Called<T>(string call, Func<Task<T>> answer, CancellationToken cancellation)
    {
        Calls.Enqueue(call);
        return answer().WaitAsync(cancellation);
    }
}
