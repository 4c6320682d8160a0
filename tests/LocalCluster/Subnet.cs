using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace LocalCluster;

/// <summary>
/// A 127.x.y.0/24 of our own, so that every node has the usual ports on an address of its own. It is ours alone among all processes of this
/// machine while the lock on its file is held; the kernel drops that lock even when we are killed. Every process started for it carries its
/// tag, so that all of them, orphans included, can be found and ended.
/// </summary>
public sealed class Subnet : IDisposable
{
    private const string Variable = "LOCAL_CLUSTER_SUBNET";
    private const int LeasesTried = 1000; // arbitrary: more than anybody runs at once

    private readonly FileStream lease;
    private readonly byte second;
    private readonly byte third;
    private readonly List<PosixSignalRegistration> signals = [];
    private readonly List<string> folders = [];

    private Subnet(FileStream lease, byte second, byte third)
    {
        this.lease = lease;
        this.second = second;
        this.third = third;
        KillAll(); // left behind by a former holder that was itself killed
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            signals.Add(PosixSignalRegistration.Create(signal, _ => CleanUp())); // and then whatever the signal does otherwise
        }
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>The variable that marks our processes, with its value.</summary>
    public KeyValuePair<string, string> Tag => new(Variable, ToString());

    public static Subnet Lease()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"aws-nats-subnets-{Environment.UserName}"); // a folder that another user made would refuse our files
        Directory.CreateDirectory(folder);
        for (var i = 0; i < LeasesTried; i++)
        {
            var second = (byte)RandomNumberGenerator.GetInt32(16, 255); // 127.0 to 127.15 stay with everybody else
            var third = (byte)RandomNumberGenerator.GetInt32(0, 256);
            try
            {
                var file = new FileStream(Path.Combine(folder, $"127.{second}.{third}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                return new Subnet(file, second, third);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // held by another cluster, or another user's: take the next
            }
        }
        throw new InvalidOperationException($"No free subnet after {LeasesTried} tries; look at the locks in {folder}");
    }

    /// <summary>The nth address, 1 to 254.</summary>
    public IPAddress Host(int n) => new([127, second, third, checked((byte)n)]);

    /// <summary>Every living process that carries our tag.</summary>
    public IReadOnlyList<int> Processes() => ProcFs.WithVariable($"{Variable}={this}");

    /// <summary>Ends every process of this subnet at once, by pid, until none is left.</summary>
    /// <returns>How many were found running.</returns>
    public int KillAll()
    {
        var killed = new HashSet<int>();
        while (Processes() is { Count: > 0 } found)
        {
            foreach (var pid in found)
            {
                killed.Add(pid);
                Posix.Signal(pid, Posix.Kill);
            }
        }
        return killed.Count;
    }

    /// <summary>A folder that goes too when a signal ends us, or when this is disposed of.</summary>
    public void Own(string folder)
    {
        lock (folders) folders.Add(folder);
    }

    /// <summary>The folder stays, whatever happens.</summary>
    public void Disown(string folder)
    {
        lock (folders) folders.Remove(folder);
    }

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        CleanUp();
        foreach (var signal in signals) signal.Dispose();
        lease.Dispose();
    }

    public override string ToString() => $"127.{second}.{third}.0";

    private void OnExit(object? sender, EventArgs e) => CleanUp();

    private void CleanUp()
    {
        KillAll();
        lock (folders)
        {
            foreach (var folder in folders.Where(Directory.Exists)) Directory.Delete(folder, recursive: true);
            folders.Clear();
        }
    }
}
