using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AwsNats.Supervision;

/// <summary>
/// Every call into libc. The numbers are Linux's own, the same on x64 and arm64 (include/uapi/asm-generic and signal-defs.h).
/// Variadic functions (open, fcntl) are declared with fixed parameters: both architectures pass them alike.
/// </summary>
internal static partial class Posix
{
    /// <summary>ENOENT.</summary>
    public const int NoSuchFile = 2;

    /// <summary>EWOULDBLOCK.</summary>
    public const int WouldBlock = 11;

    private const int Executable = 1; // X_OK
    private const int ReadWrite = 0x2, Create = 0x40, New = 0x80, CloseOnExecAtOpen = 0x80000; // O_RDWR, O_CREAT, O_EXCL, O_CLOEXEC
    private const uint OwnerOnly = 0x180; // 0600
    private const int Exclusive = 2, NonBlocking = 4; // LOCK_EX, LOCK_NB
    private const int SetDescriptorFlags = 2, CloseOnExec = 1; // F_SETFD, FD_CLOEXEC
    private const int SetMask = 2; // SIG_SETMASK
    private const int SignalSetBytes = 128; // sizeof(sigset_t) of glibc: 1024 bits

    /// <summary>
    /// HUP INT QUIT PIPE ALRM TERM USR1 USR2 CHLD CONT TSTP TTIN TTOU: what a parent may have ignored. The signals that report faults and the
    /// real-time signals stay alone, since the .NET runtime of the caller still needs them until exec.
    /// </summary>
    private static ReadOnlySpan<int> Inheritable => [1, 2, 3, 13, 14, 15, 10, 12, 17, 18, 20, 21, 22];

    /// <summary>The system's words for the error of the last call.</summary>
    public static string LastErrorText => Marshal.GetLastPInvokeErrorMessage();

    /// <summary>errno of the last call.</summary>
    public static int LastError => Marshal.GetLastPInvokeError();

    public static int OwnPid => getpid();

    /// <returns>False when there is no such process or it is not ours to signal; see <see cref="LastError"/>.</returns>
    public static bool SendSignal(int pid, int signal) => kill(pid, signal) == 0;

    /// <returns>False when the group has no member left.</returns>
    public static bool SendSignalToGroup(int leader, int signal) => leader > 1 && kill(-leader, signal) == 0;

    public static bool LeadsItsGroup(int pid) => getpgid(pid) == pid;

    /// <summary>Makes the caller the leader of a group of its own, so that a terminal's Ctrl-C does not reach it.</summary>
    public static bool LeadOwnGroup() => setpgid(0, 0) == 0;

    public static bool MayExecute(string path) => access(path, Executable) == 0;

    /// <summary>Puts what survives an exec back to a fresh process's state: ignored signals and the blocked set.</summary>
    public static unsafe void ResetSignals()
    {
        foreach (var number in Inheritable) _ = signal(number, 0);
        var empty = stackalloc byte[SignalSetBytes];
        new Span<byte>(empty, SignalSetBytes).Clear();
        _ = pthread_sigmask(SetMask, empty, null);
    }

    public static void CloseAtExec(int descriptor) => _ = fcntl(descriptor, SetDescriptorFlags, CloseOnExec);

    /// <summary>Replaces this process. Returns only on failure, with errno in <see cref="LastError"/>.</summary>
    public static unsafe void Execute(string path, ReadOnlySpan<string> arguments)
    {
        var file = Marshal.StringToCoTaskMemUTF8(path);
        var vector = stackalloc nint[arguments.Length + 1];
        for (var index = 0; index < arguments.Length; index++) vector[index] = Marshal.StringToCoTaskMemUTF8(arguments[index]);
        vector[arguments.Length] = 0;
        _ = execv(file, vector);
    }

    /// <summary>The path without links, as /proc shows it for a running program; null when it does not exist.</summary>
    public static string? RealPath(string path)
    {
        var resolved = realpath(path, 0);
        if (resolved == 0) return null;
        var text = Marshal.PtrToStringUTF8(resolved);
        free(resolved);
        return text;
    }

    /// <summary>Opens or creates a file for its owner only. .NET's own open would take a lock that keeps others from reading it.</summary>
    /// <returns>An invalid handle on failure; see <see cref="LastError"/>.</returns>
    public static SafeFileHandle OpenOwned(string path) => open(path, ReadWrite | Create | CloseOnExecAtOpen, OwnerOnly);

    /// <summary>Creates a file for its owner only. One that exists is a failure, and no link is followed.</summary>
    /// <returns>An invalid handle on failure; see <see cref="LastError"/>.</returns>
    public static SafeFileHandle CreateOwned(string path) => open(path, ReadWrite | Create | New | CloseOnExecAtOpen, OwnerOnly);

    /// <returns>False when another process holds the lock; see <see cref="LastError"/>.</returns>
    public static bool TryLock(SafeFileHandle file) => flock(file, Exclusive | NonBlocking) == 0;

    /// <summary>
    /// Sets a variable in the C library's environment only: OpenSSL's loader reads it there, while children get .NET's own copy.
    /// </summary>
    public static void SetNativeVariable(string name, string value) => SetVariable(name, value, 1);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc")]
    private static partial int getpid();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int pid, int signal);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getpgid(int pid);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setpgid(int pid, int group);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int access(string path, int mode);

    [LibraryImport("libc")]
    private static partial nint signal(int signal, nint handler);

    [LibraryImport("libc")]
    private static unsafe partial int pthread_sigmask(int how, byte* set, byte* old);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(int descriptor, int command, int value);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int execv(nint path, nint* arguments);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint realpath(string path, nint buffer);

    [LibraryImport("libc")]
    private static partial void free(nint pointer);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle open(string path, int flags, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int flock(SafeFileHandle file, int operation);
}
