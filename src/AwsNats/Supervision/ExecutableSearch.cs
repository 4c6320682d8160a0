namespace AwsNats.Supervision;

/// <summary>Where the server's executable is.</summary>
internal static class ExecutableSearch
{
    /// <summary>Today's name and the one before 2.0.</summary>
    private static readonly string[] KnownNames = ["nats-server", "gnatsd"];

    /// <param name="setting">A path (it holds a slash), a name to look for, or null for the known names.</param>
    /// <param name="pathVariable">PATH.</param>
    /// <returns>An absolute path, or a fault that says where we looked.</returns>
    public static (string? Path, string? Fault) Find(string? setting, string? pathVariable)
    {
        if (setting is not null && setting.Contains('/')) return FromPath(Path.GetFullPath(setting));

        var folders = (pathVariable ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        string? refused = null;
        foreach (var name in setting is null ? KnownNames : [setting])
        {
            foreach (var folder in folders)
            {
                var candidate = Path.GetFullPath(Path.Combine(folder, name));
                if (!File.Exists(candidate)) continue;
                if (Posix.MayExecute(candidate)) return (candidate, null);
                refused ??= candidate;
            }
        }

        if (refused is not null) return (null, NotExecutable(refused));
        var wanted = setting ?? string.Join(" nor ", KnownNames);
        return (null, $"no {wanted} in PATH ({(folders.Length == 0 ? "which is empty" : string.Join(':', folders))}): "
            + "install nats-server, or set [server] server to its path");
    }

    private static (string? Path, string? Fault) FromPath(string path) =>
        !File.Exists(path) ? (null, $"there is no file {path}: correct [server] server, or install nats-server there")
        : !Posix.MayExecute(path) ? (null, NotExecutable(path))
        : (path, null);

    private static string NotExecutable(string path) =>
        $"{path} may not be executed by this user: give it the x permission, and check that its file system is not mounted noexec";
}
