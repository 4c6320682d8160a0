using AwsNats.Health;

namespace AwsNats.Simulation.World;

/// <summary>The Auto Scaling group: it hears reports and, when told to, replaces who is reported Unhealthy.</summary>
internal sealed class Group(Fleet fleet)
{
    public bool Replaces { get; set; }

    /// <summary>How a replacement's servers behave; null for good ones.</summary>
    public Func<ServerPlan>? ReplacementServer { get; set; }

    /// <summary>HealthCheckGracePeriod: reports that respect it are refused to younger instances.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Every report of Unhealthy that arrived.</summary>
    public List<(TimeSpan At, Host Host)> Unhealthy { get; } = [];

    public ReportAnswer Take(Host host, bool healthy, bool respectGracePeriod)
    {
        if (host.IsGone) return new ReportAnswer(ReportOutcome.NotInGroup, "no such instance");
        if (respectGracePeriod && fleet.Now - host.BornAt < Grace) return new ReportAnswer(ReportOutcome.TryAgain, "inside the grace period");
        fleet.Trace.Note(host.Name, healthy ? "reported healthy" : "reported UNHEALTHY");
        if (healthy) return new ReportAnswer(ReportOutcome.Done);
        fleet.Watch.Reported(host);
        Unhealthy.Add((fleet.Now, host));
        if (Replaces) fleet.Pump.After(fleet.Between(20, 90), () => Replace(host));
        return new ReportAnswer(ReportOutcome.Done);
    }

    private void Replace(Host host)
    {
        if (host.IsGone) return;
        host.Vanish();
        var replacement = fleet.Add();
        if (ReplacementServer is { } plan) replacement.NextServer = plan;
        fleet.Pump.After(fleet.Between(20, 60), replacement.Boot);
    }
}

internal sealed class HealthPort(AgentProcess process) : IInstanceHealth
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(4); // as the real adapter's

    public Task<ReportAnswer> ReportAsync(bool healthy, bool respectGracePeriod, CancellationToken cancellation)
    {
        var (fleet, host) = (process.Fleet, process.Host);
        if (process.IsDraining && !healthy) fleet.Watch.Fail($"{host} is draining and yet reports Unhealthy");
        var fate = fleet.Weather.Next(Strikes.Reports, host.Name);
        var answer = new TaskCompletionSource<ReportAnswer>();
        switch (fate)
        {
            case Fate.Answered:
                fleet.Pump.After(fleet.Weather.Way(), () =>
                {
                    var taken = fleet.Group.Take(host, healthy, respectGracePeriod);
                    fleet.Pump.After(fleet.Weather.Way(), () => answer.TrySetResult(taken));
                });
                break;
            case Fate.Denied:
                fleet.Pump.After(fleet.Weather.Way(), () => answer.TrySetResult(new(ReportOutcome.Denied, "simulated: denied")));
                break;
            default:
                if (fate is Fate.LostAfter) fleet.Pump.After(fleet.Weather.Way(), () => fleet.Group.Take(host, healthy, respectGracePeriod));
                fleet.Pump.After(fate is Fate.Hanging or Fate.Late or Fate.LostAfter ? Deadline : fleet.Weather.Way(),
                    () => answer.TrySetResult(new(ReportOutcome.TryAgain, $"simulated: {fate}")));
                break;
        }

        return answer.Task;
    }
}
