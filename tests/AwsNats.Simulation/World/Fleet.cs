using AwsNats.Settings;

namespace AwsNats.Simulation.World;

/// <summary>One run's world: hosts with their agents and servers, AWS, and the watch over what must always hold. Decided by its seed alone.</summary>
internal sealed class Fleet
{
    /// <summary>Any full second will do: AWS's clock at the beginning.</summary>
    private static readonly DateTimeOffset Epoch = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>What the agents need at most from the last fault until every configuration is right: the bound of the issue.</summary>
    private static readonly TimeSpan HealingMargin = TimeSpan.FromSeconds(20);

    /// <summary>A first heartbeat, a first read and a server's start, each delayed as far as the simulated world can delay them.</summary>
    private static readonly TimeSpan JoinTime = TimeSpan.FromSeconds(20);

    public Fleet(int seed, AgentSettings settings, TextWriter? output = null)
    {
        (Seed, Settings) = (seed, settings);
        Random = new Random(seed);
        Pump = new Pump();
        Trace = new Trace(Pump, output);
        Weather = new Weather(Pump, new Random(Random.Next()));
        Watch = new Watch(this);
        Group = new Group(this);
    }

    public int Seed { get; }

    /// <summary>What hosts get that are added from now on.</summary>
    public AgentSettings Settings { get; set; }

    public Random Random { get; }

    public Pump Pump { get; }

    public Trace Trace { get; }

    public Weather Weather { get; }

    public Table Table { get; } = new();

    public Watch Watch { get; }

    public Group Group { get; }

    public List<Host> Hosts { get; } = [];

    public List<OldScript> OldScripts { get; } = [];

    /// <summary>From the last fault until there must be one mesh.</summary>
    public TimeSpan HealingBound => Settings.ServersTimeout + HealingMargin + JoinTime;

    public TimeSpan Now => Pump.Now;

    public DateTimeOffset AwsNow => Epoch + Pump.Now;

    /// <summary>A reply's Date header: cut to the second.</summary>
    public DateTimeOffset AwsDate => Epoch + TimeSpan.FromSeconds(Math.Floor(Pump.Now.TotalSeconds));

    /// <summary>Hosts whose agent runs and is to stay: the mesh that must be in the end.</summary>
    public IEnumerable<Host> Members => Hosts.Where(host => host.IsMember);

    /// <param name="address">Null for one that nobody had before.</param>
    public Host Add(TimeSpan skew = default, string? address = null)
    {
        var number = Hosts.Count + OldScripts.Count + 1;
        var host = new Host(this, number, address ?? AddressOf(number)) { Skew = skew };
        Hosts.Add(host);
        return host;
    }

    public OldScript AddOldScript(TimeSpan skew)
    {
        var number = Hosts.Count + OldScripts.Count + 1;
        var script = new OldScript(this, $"old{number}", AddressOf(number), skew);
        OldScripts.Add(script);
        script.Start();
        return script;
    }

    /// <summary>So many hosts that boot within the given time.</summary>
    public void Boot(int hosts, TimeSpan within, Func<TimeSpan>? skew = null)
    {
        for (var i = 0; i < hosts; i++)
        {
            var host = Add(skew?.Invoke() ?? TimeSpan.Zero);
            Pump.After(within * Random.NextDouble(), host.Boot);
        }
    }

    /// <exception cref="SimulationFailure">Something that must always hold did not.</exception>
    public void Run(TimeSpan lasting)
    {
        Pump.Run(Now + lasting, () => Watch.Failure is not null);
        Watch.ThrowIfFailed();
    }

    /// <summary>From here on nothing happens to the fleet: within servers-timeout, 20 s and what joining takes it must be one mesh.</summary>
    public void MustSettle() => MustSettle(HealingBound);

    /// <exception cref="SimulationFailure">It is not whole in time.</exception>
    public void MustSettle(TimeSpan within)
    {
        var (began, look) = (Now, Now);
        Pump.Run(Now + within, () =>
        {
            if (Watch.Failure is not null) return true;
            if (Now < look) return false;
            look = Now + TimeSpan.FromMilliseconds(250);
            return Mesh.Fault(this) is null;
        });
        Watch.ThrowIfFailed();
        if (Mesh.Fault(this) is { } fault) throw new SimulationFailure($"{within.TotalSeconds:0} s after the last fault there is not one mesh: {fault}");
        Trace.Note("fleet", $"whole after {(Now - began).TotalSeconds:0.0} s");
    }

    public Host Any(IEnumerable<Host> hosts)
    {
        var list = hosts.ToList();
        return list[Random.Next(list.Count)];
    }

    public bool Chance(double chance) => Random.NextDouble() < chance;

    public TimeSpan Between(double fromSeconds, double toSeconds) =>
        TimeSpan.FromMilliseconds(Math.Round(1000 * (fromSeconds + (toSeconds - fromSeconds) * Random.NextDouble())));

    private static string AddressOf(int number) => $"10.0.{number / 250}.{number % 250 + 1}";
}

/// <summary>An invariant does not hold: the message says which, where and when.</summary>
internal sealed class SimulationFailure(string message, Exception? cause = null) : Exception(message, cause);
