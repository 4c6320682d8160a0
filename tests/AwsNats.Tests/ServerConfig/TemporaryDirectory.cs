// CA1416 (call is unsupported on Windows): the agent is built for Linux alone.
#pragma warning disable CA1416

namespace AwsNats.Tests.ServerConfig;

/// <summary>A directory of one test's own, gone with it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("aws-nats-test-").FullName;

    public static UnixFileMode ModeOf(string path) => System.IO.File.GetUnixFileMode(path);

    public static void SetMode(string path, UnixFileMode mode) => System.IO.File.SetUnixFileMode(path, mode);

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
