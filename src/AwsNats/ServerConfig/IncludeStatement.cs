namespace AwsNats.ServerConfig;

/// <summary>The include of the user's own file.</summary>
internal static class IncludeStatement
{
    /// <summary>
    /// Levels to climb from any directory to the root; more than there are do no harm, neither in Go's path arithmetic nor in the kernel's.
    /// 32: arbitrary, deeper than a configuration directory is in practice.
    /// </summary>
    private const int Levels = 32;

    /// <summary>Why the server could not read a path, in words for the settings' error list; null when it can.</summary>
    public static string? Fault(string path) => path.Contains('"') && path.Contains('\'')
        ? "holds both kinds of quotes, which the server's include cannot express: rename the file"
        : path.Contains('\0') ? "holds a NUL" : null;

    /// <summary>
    /// The statement without its line's end. The server joins every path, an absolute one too, to the directory of the including file
    /// (conf/parse.go up to 2.15): an absolute path therefore climbs to the root first. A relative one is relative to the file the server
    /// is started with. Neither kind of quotes has escapes here.
    /// </summary>
    /// <exception cref="ArgumentException"><see cref="Fault"/> was not asked first.</exception>
    public static string Of(string path)
    {
        if (Fault(path) is { } fault) throw new ArgumentException($"include {path}: {fault}", nameof(path));
        var quote = path.Contains('"') ? '\'' : '"';
        var climb = path.StartsWith('/') ? string.Concat(Enumerable.Repeat("../", Levels)) : "";
        return $"include {quote}{climb}{path.TrimStart('/')}{quote}";
    }
}
