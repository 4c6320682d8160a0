namespace AwsNats.Agent;

/// <summary>Now, twice: decisions measure durations on the first and print the second.</summary>
/// <param name="Elapsed">Monotonic time since the agent began; no clock step moves it.</param>
/// <param name="Host">The host's wall clock, right or wrong: used for log lines and until AWS has told its own time.</param>
internal readonly record struct Moment(TimeSpan Elapsed, DateTimeOffset Host);
