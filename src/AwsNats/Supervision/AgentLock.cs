using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AwsNats.Supervision;

/// <summary>
/// Held while an agent runs, so that two never drive the same configuration. It is the kernel's (flock): gone with the process however it dies,
/// and not inherited by the server. The file stays; removing it would let two agents lock two files of one name.
/// </summary>
internal sealed class AgentLock : IDisposable
{
    private const int LongestPid = 16; // characters; 4194304 is the largest pid (PID_MAX_LIMIT)

    private readonly SafeFileHandle file;

    private AgentLock(SafeFileHandle file) => this.file = file;

    /// <summary>Takes the lock without waiting.</summary>
    public static LockAnswer TryTake(string path)
    {
        var file = Posix.OpenOwned(path);
        if (file.IsInvalid) return new LockAnswer(null, $"the lock file {path} cannot be opened: {Posix.LastErrorText}");
        if (Posix.TryLock(file))
        {
            WritePid(file);
            return new LockAnswer(new AgentLock(file), null);
        }

        var (error, words) = (Posix.LastError, Posix.LastErrorText);
        var holder = ReadPid(file);
        file.Dispose();
        return new LockAnswer(null, error == Posix.WouldBlock
            ? $"another agent{(holder.Length > 0 ? $" (pid {holder})" : "")} already runs this configuration (lock file {path}): stop it first"
            : $"the lock file {path} cannot be locked: {words}");
    }

    public void Dispose() => file.Dispose();

    private static void WritePid(SafeFileHandle file)
    {
        try
        {
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, Encoding.ASCII.GetBytes($"{Posix.OwnPid}\n"), 0);
        }
        catch (IOException)
        {
            // A full disk costs the other agent's message the pid; the lock itself holds.
        }
    }

    private static string ReadPid(SafeFileHandle file)
    {
        try
        {
            Span<byte> text = stackalloc byte[LongestPid];
            return Encoding.ASCII.GetString(text[..RandomAccess.Read(file, text, 0)]).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }
}

/// <summary>Exactly one is set.</summary>
/// <param name="Held">To be kept, and disposed of at the end.</param>
/// <param name="Fault">Who holds it, or why it cannot be taken.</param>
internal sealed record LockAnswer(AgentLock? Held, string? Fault);
