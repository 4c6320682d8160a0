using System.Collections.Immutable;
using AwsNats.Agent;
using AwsNats.Health;
using AwsNats.Identity;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;
using AwsNats.Telemetry;
using AwsNats.Tests.Registry;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>
/// One agent's life, decision by decision, in virtual seconds: <see cref="Decision.Decide"/> folded over what a small world answers. The
/// world is what the properties say at the moment it is asked; every answer takes a hundredth of a second. A test sets the world, runs up to an
/// instant, changes the world, runs on, and reads what was done and said.
/// </summary>
internal sealed class Story
{
    public const double Latency = 0.01; // seconds, arbitrary: long enough to order what happens
    public const double StopTakes = 0.5; // seconds from a signal to the server's end, arbitrary

    public static readonly InstanceIdentity Identity = new("i-1", "eu-west-1", "eu-west-1a", "10.0.0.1");
    public static readonly VersionAnswer FoundVersion = new("/usr/bin/nats-server", new Version(2, 10, 27), null);

    private readonly PriorityQueue<Func<Observation, Observation>, (TimeSpan At, int Order)> coming = new();
    private int order;
    private TimeSpan now;
    private TimeSpan wakeAt;
    private bool isRunning;

    public Story(AgentSettings? settings = null) => State = new AgentState(settings ?? new AgentSettings(), Identity, "1.2.3");

    public AgentState State { get; private set; }

    /// <summary>Seconds since the agent began.</summary>
    public double Now => now.TotalSeconds;

    public List<(double At, Act Act)> Acts { get; } = [];

    public List<(double At, LogLine Line)> Lines { get; } = [];

    /// <summary>The least and greatest are the bounds of jitter.</summary>
    public double Dice { get; set; }

    /// <summary>Hosts whose rows change with every read.</summary>
    public List<string> Living { get; } = [];

    /// <summary>Hosts whose rows change with every read and say error.</summary>
    public List<string> Ailing { get; } = [];

    /// <summary>Rows that stand still.</summary>
    public List<Row> Others { get; } = [];

    public RegistryFault? WriteFault { get; set; }

    public RegistryFault? ReadFault { get; set; }

    public bool TableHangs { get; set; }

    public RegistryFault? DeleteFault { get; set; }

    /// <summary>Seconds that the host's clock is ahead of AWS's.</summary>
    public double HostClockAhead { get; set; }

    public Remembered? Left { get; set; } = new(null, null, null);

    public VersionAnswer Version { get; set; } = FoundVersion;

    /// <summary>Null: as it should be, with a file that changed.</summary>
    public ConfigEnd? ConfigEnds { get; set; }

    public bool ConfigHangs { get; set; }

    public string? StartFault { get; set; }

    public bool StartHangs { get; set; }

    public ProbeAnswer? Health { get; set; } = new(ServerHealth.Healthy);

    /// <summary>A started server ends this many seconds later.</summary>
    public double? DiesAfter { get; set; }

    public HashSet<ServerSignal> Ignored { get; } = [];

    public ReportAnswer? ReportEnds { get; set; } = new(ReportOutcome.Done);

    /// <summary>A server that an earlier life started with the settings of this one.</summary>
    public static AdoptedServer OursRunning(AgentSettings? settings = null) =>
        new(77, ConfigDecision.FixedFor(new Story(settings).State with { Server = new() { Version = FoundVersion } }).Key);

    /// <summary>Starts beside a running server, and signals to none.</summary>
    public int Indecencies { get; private set; }

    public Story Run(double until) => Run(Seconds(until));

    public Story RunOn(double seconds) => Run(now + Seconds(seconds));

    /// <summary>Up to the first look after which something holds; fails when it does not within an hour.</summary>
    public Story RunUntil(Func<Story, bool> holds)
    {
        var until = now + TimeSpan.FromHours(1);
        while (!holds(this) && Look(until)) { }
        Assert.True(holds(this), $"not within an hour; exit {State.Exit}, server {State.Server.Condition}, lines: {string.Join(", ", Lines.TakeLast(5).Select(said => said.Line))}");
        return this;
    }

    public Story Up() => RunUntil(story => story.State.Server.Condition == ServerCondition.Up);

    /// <summary>Something comes in at this very moment.</summary>
    public Story See(Func<Observation, Observation> news)
    {
        Come(0, news);
        return Run(now);
    }

    public Story AskToStop() => See(seen => seen with { StopSignals = seen.StopSignals + 1 });

    public Story Dies(int? code = null, int? signal = null) => See(seen => seen with { Exited = new ServerExit(code, signal) });

    public Story Take(AgentSettings settings) => See(seen => seen with { NewSettings = settings });

    public double[] When<T>() where T : Act => [.. Acts.Where(done => done.Act is T).Select(done => Math.Round(done.At, 3))];

    public T[] All<T>() where T : Act => [.. Acts.Select(done => done.Act).OfType<T>()];

    public ServerSignal[] Signals => [.. All<Act.SignalServer>().Select(act => act.Signal)];

    public double[] Said(string name) => [.. Lines.Where(said => said.Line.Event == name).Select(said => Math.Round(said.At, 3))];

    public LogLine Line(string name) => Lines.Last(said => said.Line.Event == name).Line;

    public string[] Routes => [.. (All<Act.Configure>().Last().Model.Routes).Select(peer => peer.Host)];

    private Story Run(TimeSpan until)
    {
        for (var looks = 0; Look(until); looks++) Assert.True(looks < 100_000, $"the agent never rests: at {Now} s");
        if (State.Exit is null) now = until;
        return this;
    }

    /// <summary>The next look, if it is due by then.</summary>
    private bool Look(TimeSpan until)
    {
        var next = coming.TryPeek(out _, out var due) && due.At < wakeAt ? due.At : wakeAt;
        if (next > until || State.Exit is not null) return false;
        var seen = Observation.Nothing;
        while (coming.TryPeek(out var news, out due) && due.At <= next)
        {
            seen = news(seen);
            coming.Dequeue();
        }

        Turn(next, seen);
        return true;
    }

    private void Turn(TimeSpan at, Observation seen)
    {
        now = at;
        if (seen.Exited is not null) isRunning = false;
        if (seen.Started is { Pid: not null } || seen.Remembered is { Server: not null }) isRunning = true;
        var verdict = Decision.Decide(State, seen with { Dice = Dice }, new Moment(at, RosterStory.Start + at + Seconds(HostClockAhead)));
        State = verdict.State;
        wakeAt = verdict.WakeAt;
        foreach (var line in verdict.Lines) Lines.Add((Now, line));
        foreach (var act in verdict.Acts)
        {
            if ((act is Act.StartServer && isRunning) || (act is Act.SignalServer && !isRunning)) Indecencies++;
            Acts.Add((Now, act));
            Answer(act);
        }
    }

    private void Answer(Act act)
    {
        switch (act)
        {
            case Act.Beat beat when !TableHangs:
                Come(Latency, seen => seen with { Beat = Beat(beat.Heartbeat) });
                break;
            case Act.Recall when Left is { } left:
                Come(Latency, seen => seen with { Remembered = left });
                break;
            case Act.AskVersion:
                Come(Latency, seen => seen with { Version = Version });
                break;
            case Act.Configure configure when !ConfigHangs:
                var end = ConfigEnds ?? (configure.Reload == ReloadMode.None ? ConfigEnd.Written : ConfigEnd.Reloaded);
                Come(Latency, seen => seen with { Config = new ConfigResult(configure.Model, end, end is ConfigEnd.Refused or ConfigEnd.Failed ? "its words" : null) });
                break;
            case Act.RollBackConfig rollBack:
                Come(Latency, seen => seen with { Config = new ConfigResult(rollBack.Model, ConfigEnds == ConfigEnd.Failed ? ConfigEnd.Failed : ConfigEnd.RolledBack, null) });
                break;
            case Act.StartServer when !StartHangs:
                var started = StartFault is null ? new StartAnswer(100 + All<Act.StartServer>().Length, null) : new StartAnswer(null, StartFault);
                Come(Latency, seen => seen with { Started = started });
                if (DiesAfter is { } life && StartFault is null) Come(Latency + life, seen => seen with { Exited = new ServerExit(1, null) });
                break;
            case Act.SignalServer { Signal: not ServerSignal.Reload } signal when !Ignored.Contains(signal.Signal):
                Come(StopTakes, seen => State.Server.IsRunning ? seen with { Exited = new ServerExit(0, null) } : seen);
                break;
            case Act.Probe when Health is { } health:
                Come(Latency, seen => seen with { Probe = health });
                break;
            case Act.Report when ReportEnds is { } report:
                Come(Latency, seen => seen with { Report = report });
                break;
            case Act.CountRoutes:
                Come(Latency, seen => seen with { RoutesSeen = Living.Count });
                break;
            case Act.DeleteOwnRow:
                Come(Latency, seen => seen with { OwnRowDeleted = new RegistryReply(DeleteFault, null, []) });
                break;
            case Act.DeleteRows delete:
                foreach (var entry in delete.Entries)
                    Come(Latency, seen => seen with { Deletes = [.. seen.Deletes, new DeleteResult(entry.Key, new RegistryReply(DeleteFault, null, []))] });
                break;
        }
    }

    private BeatResult Beat(Heartbeat heartbeat)
    {
        var aws = RosterStory.Start + now;
        DateTimeOffset? date = DateTimeOffset.FromUnixTimeSeconds(aws.ToUnixTimeSeconds());
        if (WriteFault is { Kind: RegistryFaultKind.Unreachable } away) return new BeatResult(heartbeat, new RegistryReply(away, null, []), null);
        var time = $"{aws.ToUnixTimeMilliseconds() / 1000m}";
        ImmutableArray<Row> rows = [.. Living.Select(host => new Row(host, time, "working")), .. Ailing.Select(host => new Row(host, time, "error")), .. Others];
        return new BeatResult(heartbeat, new RegistryReply(WriteFault, date, []), new RegistryReply(ReadFault, date, ReadFault is null ? rows : []));
    }

    private void Come(double seconds, Func<Observation, Observation> news) => coming.Enqueue(news, (now + Seconds(seconds), order++));

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}

/// <summary>Faults that more than one test needs.</summary>
internal static class Faults
{
    public static readonly RegistryFault Unreachable = new(RegistryFaultKind.Unreachable, "nobody answers");
    public static readonly RegistryFault Throttled = new(RegistryFaultKind.Throttled, "too fast");
    public static readonly RegistryFault Denied = new(RegistryFaultKind.Denied, "not for you");
    public static readonly RegistryFault NoTable = new(RegistryFaultKind.NoTable, "no such table");
    public static readonly RegistryFault Garbage = new(RegistryFaultKind.Garbage, "makes no sense");

    public static readonly TheoryData<string> AllKinds = [.. Enum.GetNames<RegistryFaultKind>()];

    public static RegistryFault Of(string kind) => new(Enum.Parse<RegistryFaultKind>(kind), "a fault");
}
