using System.Collections.Immutable;
using AwsNats.Telemetry;

namespace AwsNats.Agent;

/// <summary>The sheet on which one decision is worked out: the state so far, what was seen, what is to be done. Lives for one call of <see cref="Decision.Decide"/>.</summary>
internal sealed class Turn(AgentState state, Observation seen, Moment now)
{
    private readonly ImmutableArray<Act>.Builder acts = ImmutableArray.CreateBuilder<Act>();
    private readonly ImmutableArray<LogLine>.Builder lines = ImmutableArray.CreateBuilder<LogLine>();
    private TimeSpan wakeAt = TimeSpan.MaxValue;

    public AgentState State { get; set; } = state;

    public Observation Seen { get; } = seen;

    public Moment Now { get; } = now;

    public DateTimeOffset AwsNow => State.AwsNow(Now);

    public bool Due(TimeSpan at) => Now.Elapsed >= at;

    public void Do(Act act) => acts.Add(act);

    public void Say(LogLine line) => lines.Add(line);

    /// <summary>Look again at this instant at the latest.</summary>
    public void WakeAt(TimeSpan at)
    {
        if (at > Now.Elapsed && at < wakeAt) wakeAt = at;
    }

    public Verdict Close() => new(State, acts.ToImmutable(), lines.ToImmutable(), wakeAt);

    public void Registry(Func<RegistryState, RegistryState> change) => State = State with { Registry = change(State.Registry) };

    public void Config(Func<ConfigState, ConfigState> change) => State = State with { Config = change(State.Config) };

    public void Server(Func<ServerState, ServerState> change) => State = State with { Server = change(State.Server) };

    public void Health(Func<HealthState, HealthState> change) => State = State with { Health = change(State.Health) };
}

/// <param name="WakeAt">The next look, if nothing happens before: monotonic.</param>
internal sealed record Verdict(AgentState State, ImmutableArray<Act> Acts, ImmutableArray<LogLine> Lines, TimeSpan WakeAt);
