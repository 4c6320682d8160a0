using System.Runtime.InteropServices;

namespace LocalCluster;

/// <summary>Signals by number, as on Linux.</summary>
public static partial class Posix
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int User1 = 10;
    public const int User2 = 12;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>Sends a signal to one process. False when there is no such process (any more).</summary>
    public static bool Signal(int pid, int signal)
    {
        if (pid <= 1) throw new ArgumentOutOfRangeException(nameof(pid), pid, "Only a process of ours is signalled");
        return SendSignal(pid, signal) == 0;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
