namespace AwsNats.Simulation.World;

/// <summary>What becomes of one request to AWS.</summary>
internal enum Fate
{
    Answered,

    /// <summary>Nobody listens: known at once, and tried once more by the adapter.</summary>
    Refused,

    /// <summary>The connection breaks on the way there: not applied, and tried once more.</summary>
    LostBefore,

    /// <summary>The connection breaks on the way back: applied, and tried once more.</summary>
    LostAfter,

    /// <summary>Silence until the adapter's deadline, never applied.</summary>
    Hanging,

    /// <summary>Silence until the adapter's deadline, and applied some time after it.</summary>
    Late,

    Throttled,
    Denied,
    NoTable,
    Garbage,
}

/// <summary>Which requests an outage strikes.</summary>
[Flags]
internal enum Strikes
{
    Reads = 1,
    Writes = 2,
    Table = Reads | Writes,
    Reports = 4,
    All = Table | Reports,
}

/// <summary>The state of AWS and of the way there.</summary>
internal sealed class Weather(Pump pump, Random random)
{
    private readonly List<(Fate Fate, Strikes Strikes, string? Host, TimeSpan Until)> outages = [];

    /// <summary>Chance of each fate while there is no outage; what is missing to 1 is answered.</summary>
    public List<(Fate Fate, double Chance)> Drizzle { get; set; } = [];

    /// <summary>Whether any fault ever happened in this run.</summary>
    public bool EverBad { get; private set; }

    /// <param name="host">Null strikes everybody.</param>
    public void Outage(Fate fate, Strikes strikes, string? host, TimeSpan lasting)
    {
        EverBad = true;
        outages.Add((fate, strikes, host, pump.Now + lasting));
    }

    /// <summary>When the last late write arrives, which is the last fault.</summary>
    public TimeSpan LastLateAt { get; private set; }

    public void Clear()
    {
        outages.Clear();
        Drizzle = [];
    }

    public Fate Next(Strikes kind, string host)
    {
        outages.RemoveAll(outage => outage.Until <= pump.Now);
        foreach (var outage in outages)
            if (outage.Strikes.HasFlag(kind) && (outage.Host is null || outage.Host == host)) return outage.Fate;
        if (Drizzle.Count == 0) return Fate.Answered;
        var dice = random.NextDouble();
        foreach (var (fate, chance) in Drizzle)
        {
            dice -= chance;
            if (dice < 0)
            {
                EverBad = true;
                return fate;
            }
        }

        return Fate.Answered;
    }

    /// <summary>One way: mostly a few milliseconds, one in twenty up to a second and a half.</summary>
    public TimeSpan Way() => random.Next(20) == 0 ? TimeSpan.FromMilliseconds(random.Next(50, 1500)) : TimeSpan.FromMilliseconds(random.Next(1, 8));

    /// <summary>How long after its sending a late write still arrives: up to half a minute after the adapter's deadline.</summary>
    public TimeSpan Lateness(TimeSpan deadline)
    {
        var late = deadline + TimeSpan.FromMilliseconds(random.Next(100, 30_000));
        if (pump.Now + late > LastLateAt) LastLateAt = pump.Now + late;
        return late;
    }
}
