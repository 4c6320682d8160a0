using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Telemetry;

namespace AwsNats.Agent;

/// <summary>The server's configuration follows the roster: at once before a start, gathered and by reload while the server runs.</summary>
internal static class ConfigDecision
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2); // design: coalesced, quiet 2 s
    private static readonly TimeSpan LongestQuiet = TimeSpan.FromSeconds(10); // design: at most 10 s
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(5); // arbitrary: a hand may be mending the included file
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(5);

    public static void Step(Turn turn)
    {
        if (turn.Seen.Config is { } result) TakeResult(turn, result);
        if (turn.State.Exit is not null || turn.State.Drain is not null || turn.State.Config.InFlight) return;
        if (turn.State.Registry.Peers is null || turn.State.Server.Version?.Version is null) return;
        if (turn.State.Server.Condition == ServerCondition.Down) BeforeStart(turn);
        else if (turn.State.Server.Condition == ServerCondition.Up && turn.State.Server.Stopping is null) WhileUp(turn);
    }

    /// <summary>What the file should say now.</summary>
    public static ServerConfigModel Wanted(AgentState state) => new(
        state.Server.IsRunning && state.Server.Fixed is { } running ? running : FixedFor(state),
        new AccessPart(state.Settings.NatsUser, state.Settings.NatsPassword, state.Settings.AuthorizationTimeout, state.Settings.RouteUser, state.Settings.RoutePassword),
        state.Registry.Peers ?? []);

    public static FixedPart FixedFor(AgentState state)
    {
        var (settings, identity) = (state.Settings, state.Identity);
        return new FixedPart(
            settings.ServerName ?? identity.InstanceId,
            settings.ClusterName ?? settings.Table,
            identity.Address,
            settings.ClientHost,
            settings.ClientPort,
            settings.ClusterHost,
            settings.ClusterPort,
            settings.MonitorHost,
            settings.MonitorPort,
            [$"az:{identity.AvailabilityZone}", $"instance:{identity.InstanceId}", .. settings.Tags],
            settings.LameDuckDuration,
            settings.LameDuckGrace,
            settings.Include,
            state.Server.Version?.Version ?? new Version(0, 0, 0));
    }

    private static void BeforeStart(Turn turn)
    {
        if (turn.State.Config.ReadyToLaunch is not null) return;
        turn.WakeAt(turn.State.Server.StartAt);
        if (!turn.Due(turn.State.Server.StartAt)) return;
        if (turn.State.Health.Failure is { HeldUntil: null }) return;
        var model = Wanted(turn.State);
        turn.Do(turn.State.Config.UseLastGood ? new Act.RollBackConfig(model) : new Act.Configure(model, ReloadMode.None));
        turn.Config(c => c with { InFlight = true });
    }

    private static void WhileUp(Turn turn)
    {
        var (config, wanted, now) = (turn.State.Config, Wanted(turn.State), turn.Now.Elapsed);
        if (!config.ForceReload && config.Applied is { } applied && Same(applied, wanted))
        {
            turn.Config(c => c with { Pending = null });
            return;
        }

        // An adopted server waits for a roster of this life: an older one would only cut its routes.
        if (config.ForceReload && !turn.State.Registry.EverRead) return;
        (TimeSpan First, TimeSpan Last, ServerConfigModel Wanted) pending = config.Pending is { } p ? Same(p.Wanted, wanted) ? p : (p.First, now, wanted) : (now, now, wanted);
        turn.Config(c => c with { Pending = pending });
        var quietAt = pending.Last + Quiet < pending.First + LongestQuiet ? pending.Last + Quiet : pending.First + LongestQuiet;
        var dueAt = quietAt > config.RetryAt ? quietAt : config.RetryAt;
        if (!turn.Due(dueAt))
        {
            turn.WakeAt(dueAt);
            return;
        }

        turn.Do(new Act.Configure(wanted, config.ForceReload ? ReloadMode.Always : ReloadMode.WhenChanged));
        turn.Config(c => c with { InFlight = true });
    }

    private static void TakeResult(Turn turn, ConfigResult result)
    {
        turn.Config(c => c with { InFlight = false });
        var starting = turn.State.Server.Condition == ServerCondition.Down;
        // A reload may end after its server did: the restart's pause holds all the same, and giving up is final.
        var mayLaunch = starting && turn.Due(turn.State.Server.StartAt) && turn.State.Health.Failure is not { HeldUntil: null };
        switch (result.End)
        {
            case ConfigEnd.Unchanged or ConfigEnd.Written or ConfigEnd.Reloaded or ConfigEnd.RolledBack:
                if (result.End == ConfigEnd.Reloaded) turn.Say(Messages.ConfigReloaded(result.Model.Routes));
                turn.Config(c => c with
                {
                    Applied = result.End == ConfigEnd.RolledBack ? null : result.Model,
                    Pending = null,
                    Failures = 0,
                    ForceReload = false,
                    UseLastGood = false,
                    Unproven = c.Unproven || result.End == ConfigEnd.Written,
                    ReadyToLaunch = mayLaunch ? result.Model : null,
                });
                break;
            case ConfigEnd.Refused or ConfigEnd.Failed when starting && !turn.State.Server.EverUp && turn.State.Drain is null:
                turn.Say(Messages.ConfigImpossible(result));
                turn.State = turn.State with { Exit = ExitCode.BadServerConfig, LastWords = $"the server configuration cannot be used: {result.Words}" };
                break;
            default:
                Refused(turn, result, starting);
                break;
        }
    }

    private static void Refused(Turn turn, ConfigResult result, bool starting)
    {
        var pause = FirstRetry * Math.Pow(2, Math.Min(turn.State.Config.Failures, 10));
        if (pause > LongestRetry) pause = LongestRetry;
        turn.Say(Messages.ConfigRefused(result, pause));
        // Before a start the last good file is the next try; only when that cannot be had either, the start waits.
        if (starting && turn.State.Config.UseLastGood) turn.Server(s => s with { StartAt = turn.Now.Elapsed + pause });
        turn.Config(c => c with { Failures = c.Failures + 1, RetryAt = turn.Now.Elapsed + pause, UseLastGood = starting });
    }

    private static bool Same(ServerConfigModel one, ServerConfigModel other) =>
        one.Fixed == other.Fixed && one.Access == other.Access && one.Routes.SetEquals(other.Routes);
}
