using System.Runtime.InteropServices;
using AwsNats.Disk;
using AwsNats.ServerConfig;
using Xunit;

namespace AwsNats.Tests.ServerConfig;

/// <summary>
/// A disk that takes the first bytes of a file and no more. A file system of a few kilobytes takes root to mount; a limit on the size of
/// files does not, and the kernel refuses the same write half way. The limit is the whole process's: these tests run alone.
/// </summary>
[Collection(nameof(FullDiskTests))]
[CollectionDefinition(nameof(FullDiskTests), DisableParallelization = true)]
public sealed class FullDiskTests : IDisposable
{
    private const ulong Room = 4096; // bytes: one page, so that the write breaks off half way
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_write_that_breaks_off_half_way_leaves_the_old_file_and_no_half_one()
    {
        var path = directory.File("nats.conf");
        await File.WriteAllTextAsync(path, "old", Cancellation);
        var file = new ServerConfigFile(path, (_, _) => throw new InvalidOperationException("half a file was tested"));
        var answer = await WithLittleRoomAsync(() => file.WriteAsync(new string('x', 3 * (int)Room), Cancellation));
        Assert.Equal(ConfigOutcome.Failed, answer.Outcome);
        Assert.StartsWith($"cannot write {path}: ", answer.Words);
        Assert.Equal("old", await File.ReadAllTextAsync(path, Cancellation));
        Assert.Single(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task A_replaced_file_that_cannot_be_kept_is_not_replaced()
    {
        var path = directory.File("nats.conf");
        var old = new string('o', 3 * (int)Room);
        await File.WriteAllTextAsync(path, old, Cancellation);
        var file = new ServerConfigFile(path, (_, _) => Task.FromResult<string?>(null));
        Assert.Equal(ConfigOutcome.Failed, (await WithLittleRoomAsync(() => file.WriteAsync("new", Cancellation))).Outcome);
        Assert.Equal(old, await File.ReadAllTextAsync(path, Cancellation));
        Assert.Single(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Fact]
    public void The_systems_word_for_a_full_disk_gets_its_repair()
    {
        var fault = Assert.Throws<IOException>(() =>
        {
            using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            full.Write("x"u8);
        });
        Assert.EndsWith("; make room on the file system of /etc/aws-nats", PrivateFile.Words("/etc/aws-nats/nats.conf", fault));
    }

    private static async Task<ConfigAnswer> WithLittleRoomAsync(Func<Task<ConfigAnswer>> write)
    {
        const int fileSize = 1; // RLIMIT_FSIZE, asm-generic/resource.h
        const int tooLong = 25; // SIGXFSZ, asm-generic/signal.h: would end the process
        using var survive = PosixSignalRegistration.Create((PosixSignal)tooLong, context => context.Cancel = true);
        Assert.Equal(0, getrlimit(fileSize, out var before));
        try
        {
            Assert.Equal(0, setrlimit(fileSize, before with { Soft = Room }));
            return await write();
        }
        finally
        {
            Assert.Equal(0, setrlimit(fileSize, before));
        }
    }

    [DllImport("libc")]
    private static extern int getrlimit(int resource, out Limit limit);

    [DllImport("libc")]
    private static extern int setrlimit(int resource, in Limit limit);

    private record struct Limit(ulong Soft, ulong Hard);
}
