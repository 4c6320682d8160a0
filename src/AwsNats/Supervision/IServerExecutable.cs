namespace AwsNats.Supervision;

/// <summary>The executable on disk: which one, its version, its own configuration test.</summary>
internal interface IServerExecutable
{
    /// <summary>Finds it and asks its version once. Exactly one of version and fault is set.</summary>
    Task<VersionAnswer> VersionAsync(CancellationToken cancellation);

    /// <summary>Runs `-t -c path`.</summary>
    /// <returns>Null when the file is accepted, else the server's own words, one line, without secrets.</returns>
    Task<string?> TestAsync(string path, CancellationToken cancellation);
}

/// <param name="Path">The resolved executable.</param>
/// <param name="Version">As it prints it, for example 2.9.10; 0.0.0 when it prints none.</param>
/// <param name="Fault">Not found or not executable, with where we looked.</param>
internal sealed record VersionAnswer(string? Path, Version? Version, string? Fault);
