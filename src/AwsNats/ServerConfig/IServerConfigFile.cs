namespace AwsNats.ServerConfig;

/// <summary>The server's configuration file on disk.</summary>
internal interface IServerConfigFile
{
    /// <summary>
    /// Puts the text in place: equal bytes do nothing (but the first write answers Written when an earlier agent was killed before the
    /// server had taken them, so that they are reloaded and judged once more); else temp file (0600), the server's own test, fsync, rename. The replaced file is kept
    /// as the last good one until <see cref="AcceptAsync"/> or <see cref="RollBackAsync"/>.
    /// </summary>
    Task<ConfigAnswer> WriteAsync(string text, CancellationToken cancellation);

    /// <summary>The server took the file: from now on it is the last good one.</summary>
    Task AcceptAsync(CancellationToken cancellation);

    /// <summary>The server refused the file: puts the last good one back. Without one the file stays.</summary>
    Task<ConfigAnswer> RollBackAsync(CancellationToken cancellation);
}

/// <summary>What became of a write.</summary>
/// <param name="Outcome">See the values.</param>
/// <param name="Words">The server's own words when it refuses, the system's when the write fails; null otherwise. Holds no secret.</param>
internal sealed record ConfigAnswer(ConfigOutcome Outcome, string? Words = null);

internal enum ConfigOutcome
{
    Unchanged,
    Written,

    /// <summary>The server's own test says no.</summary>
    Refused,

    /// <summary>The disk says no.</summary>
    Failed,
}
