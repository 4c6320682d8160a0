using AwsNats.ServerConfig;
using AwsNats.Supervision;

namespace AwsNats.Agent;

/// <summary>Write, test, rename, reload, confirm, or roll back: one change of the server's configuration.</summary>
internal sealed class Reload(IServerConfigFile file, IServer server, IServerMonitor monitor, TimeProvider time)
{
    /// <summary>10 s: a reload takes milliseconds; accounts by the thousand take a second.</summary>
    private static readonly TimeSpan ConfirmationBudget = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ConfirmationPoll = TimeSpan.FromMilliseconds(100);

    /// <summary>500 ms: a silent monitor may be a dead server whose end is not told yet; an adopted one's is found within 250 ms.</summary>
    private static readonly TimeSpan ExitNotice = TimeSpan.FromMilliseconds(500);

    public async Task<ConfigResult> ConfigureAsync(Act.Configure act, CancellationToken cancellation)
    {
        var answer = await file.WriteAsync(ServerConfigText.Render(act.Model), cancellation);
        switch (answer.Outcome)
        {
            case ConfigOutcome.Refused:
                return new ConfigResult(act.Model, ConfigEnd.Refused, answer.Words);
            case ConfigOutcome.Failed:
                return new ConfigResult(act.Model, ConfigEnd.Failed, answer.Words);
            case ConfigOutcome.Unchanged when act.Reload != ReloadMode.Always:
                return new ConfigResult(act.Model, ConfigEnd.Unchanged, null);
            case ConfigOutcome.Written when act.Reload == ReloadMode.None:
                return new ConfigResult(act.Model, ConfigEnd.Written, null);
        }

        var ended = server.WaitForExitAsync();
        var refusal = await ConfirmAsync(ended, cancellation);
        // It died before it said a word about the file: the next start is the judge, and must not wait for what cannot come.
        if (ended.IsCompleted) return new ConfigResult(act.Model, ConfigEnd.Written, null);
        if (refusal is not { } words)
        {
            await file.AcceptAsync(cancellation);
            return new ConfigResult(act.Model, ConfigEnd.Reloaded, null);
        }

        var rolledBack = await file.RollBackAsync(cancellation);
        return new ConfigResult(act.Model, ConfigEnd.Refused, rolledBack.Outcome == ConfigOutcome.Failed ? $"{words}; and the last good file could not be put back: {rolledBack.Words}" : words);
    }

    /// <returns>Null when the server has taken the file: its config_load_time moved.</returns>
    private async Task<string?> ConfirmAsync(Task ended, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        if (await monitor.ConfigLoadTimeAsync(cancellation) is not { } before)
        {
            await Task.WhenAny(ended, Task.Delay(ExitNotice, time, cancellation));
            return "its monitor does not answer, so it was not asked to reload";
        }

        server.Signal(ServerSignal.Reload);
        while (!ended.IsCompleted && time.GetElapsedTime(began) < ConfirmationBudget)
        {
            await Task.Delay(ConfirmationPoll, time, cancellation);
            if (await monitor.ConfigLoadTimeAsync(cancellation) is { } after && after != before) return null;
        }

        return $"it did not take it within {ConfirmationBudget.TotalSeconds:0} s; its own log says why";
    }
}
