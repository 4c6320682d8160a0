using System.Runtime.CompilerServices;

namespace LocalCluster;

/// <summary>Waits that poll with a deadline.</summary>
public static class Wait
{
    /// <summary>50 ms between two looks: short beside any time asserted, and no load.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks until the condition holds.</summary>
    /// <param name="state">Said when the deadline passes: what there was instead.</param>
    /// <exception cref="TimeoutException">With the condition's own text and the state.</exception>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> UntilAsync(
        Func<Task<bool>> condition, TimeSpan deadline, Func<string>? state = null, [CallerArgumentExpression(nameof(condition))] string? text = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > deadline)
                throw new TimeoutException($"Not within {deadline.TotalSeconds} s: {text}{(state is null ? "" : "\n" + state())}");
            await Task.Delay(Pause);
        }
        return TimeProvider.System.GetElapsedTime(start);
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, TimeSpan, Func{string}?, string?)"/>
    public static Task<TimeSpan> UntilAsync(
        Func<bool> condition, TimeSpan deadline, Func<string>? state = null, [CallerArgumentExpression(nameof(condition))] string? text = null) =>
        UntilAsync(() => Task.FromResult(condition()), deadline, state, text);

    /// <summary>Looks all the while: the condition must hold at each look until the time is over.</summary>
    /// <exception cref="InvalidOperationException">It did not hold at one.</exception>
    public static async Task HoldsAsync(
        Func<Task<bool>> condition, TimeSpan time, Func<string>? state = null, [CallerArgumentExpression(nameof(condition))] string? text = null)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) is var passed && passed < time)
        {
            if (!await condition())
                throw new InvalidOperationException($"Held for {passed.TotalSeconds:0.0} s of {time.TotalSeconds} s only: {text}{(state is null ? "" : "\n" + state())}");
            await Task.Delay(Pause);
        }
    }
}
