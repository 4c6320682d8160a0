using System.Collections.Immutable;

namespace AwsNats.Telemetry;

internal enum LogLevel
{
    Info,
    Warn,
    Error,
}

/// <summary>One thing that happened: what, to what, and what to do, before it is given a form.</summary>
/// <param name="Event">snake_case, for searching; tests and alerts hang on it.</param>
/// <param name="Message">A sentence for the person who is paged; null when the event says it all.</param>
internal sealed record LogLine(LogLevel Level, string Event, string? Message, ImmutableArray<KeyValuePair<string, string>> Fields);
