// CA1416 (call is unsupported on Windows): the agent is built for Linux alone.
#pragma warning disable CA1416

namespace AwsNats.Disk;

/// <summary>
/// Files that only their owner can read, replaced whole or not at all. The file system's faults come as its exceptions;
/// <see cref="Words"/> turns them into a sentence.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnly | UnixFileMode.UserExecute;

    // Linux errno values, which .NET keeps in HResult (asm-generic/errno-base.h, errno.h).
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;
    private const int QuotaExceeded = 122;

    /// <summary>Where a file's next content waits: in its own directory, since a rename is atomic only inside one file system.</summary>
    public static string StagingPath(string target) => Path.Combine(DirectoryOf(target), $".{Path.GetFileName(target)}.new");

    /// <summary>Follows links, dangling ones too: what is replaced is the file they lead to, not the link.</summary>
    public static string Resolve(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return Path.GetFullPath(path);
        }
    }

    /// <summary>
    /// Writes the content beside its target and onto the disk. Created with O_EXCL and mode 0600: never readable for others, not for an
    /// instant, and never somebody else's file. What a killed agent left behind is removed first, half a file on a full disk at once.
    /// </summary>
    /// <returns>The path of the staged file.</returns>
    public static string Stage(string target, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(DirectoryOf(target), OwnerOnlyDirectory);
        var staged = StagingPath(target);
        File.Delete(staged);
        try
        {
            using var stream = new FileStream(staged, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
            });
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception fault) when (IsFault(fault))
        {
            TryDelete(staged);
            throw;
        }

        return staged;
    }

    /// <summary>
    /// Puts a staged file in its place. The file is flushed once more under its new name: .NET cannot open a directory to flush it, and
    /// ext4, xfs and btrfs then write the rename as well, since it touched the file's own inode. Where one does not, a power cut brings
    /// back the whole former file, never half a one.
    /// </summary>
    public static void Commit(string staged, string target)
    {
        File.Move(staged, target, overwrite: true);
        using var handle = File.OpenHandle(target, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Takes every right from group and others.</summary>
    /// <returns>False when the file is somebody else's.</returns>
    public static bool TryTighten(string path)
    {
        if ((File.GetUnixFileMode(path) & ~OwnerOnly) == 0) return true;
        try
        {
            File.SetUnixFileMode(path, OwnerOnly);
            return true;
        }
        catch (Exception fault) when (IsFault(fault))
        {
            return false;
        }
    }

    /// <summary>Removes a file if it can; used where something more important is already being said.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (IsFault(fault))
        {
            // It is 0600, and the next write removes it.
        }
    }

    /// <summary>The exceptions that mean that the disk said no. The last is .NET's word for EFBIG, a limit on the size of files.</summary>
    public static bool IsFault(Exception exception) => exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException;

    /// <summary>What happened, to which file, and the repair.</summary>
    public static string Words(string target, Exception fault)
    {
        var directory = DirectoryOf(target);
        var repair = fault switch
        {
            ArgumentOutOfRangeException => "raise the limit on the size of files (LimitFSIZE of the unit, ulimit -f)",
            UnauthorizedAccessException => $"let the agent's user write in {directory}",
            { HResult: NoSpace or QuotaExceeded } => $"make room on the file system of {directory}",
            { HResult: ReadOnlyFileSystem } => $"mount the file system of {directory} writable, or choose another path",
            _ => $"check {directory} and the disk under it",
        };
        return $"cannot write {target}: {fault.Message.ReplaceLineEndings(" ").TrimEnd('.')}; {repair}";
    }

    private static string DirectoryOf(string target) => Path.GetDirectoryName(target) is { Length: > 0 } directory ? directory : ".";
}
