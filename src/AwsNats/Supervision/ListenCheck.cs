using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AwsNats.Supervision;

/// <summary>An address that the server will listen on.</summary>
/// <param name="Purpose">The word for it in faults: client, cluster, monitor.</param>
internal sealed record ListenAddress(string Purpose, string Host, int Port);

/// <summary>
/// Whether the server's addresses are free, asked before it is started: a nats-server whose client port is taken may stay alive without
/// serving anybody.
/// </summary>
internal static class ListenCheck
{
    private static readonly string[] SocketTables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <returns>Null when all are free, or cannot be judged (a host name, a port that needs rights the server may have): then the server's own words count.</returns>
    public static string? Fault(IEnumerable<ListenAddress> addresses) =>
        string.Join("; ", addresses.Select(FaultOf).OfType<string>()) is { Length: > 0 } faults ? faults : null;

    private static string? FaultOf(ListenAddress wanted)
    {
        var host = wanted.Host == "localhost" ? IPAddress.Loopback.ToString() : wanted.Host;
        if (wanted.Port <= 0 || !IPAddress.TryParse(host.Trim('[', ']'), out var address)) return null;
        try
        {
            using var socket = Open(ref address);
            // Bind sets SO_REUSEADDR on Unix, as the server does: an address in TIME_WAIT is free, one that somebody listens on is not.
            socket.Bind(new IPEndPoint(address, wanted.Port));
            return null;
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return $"the {wanted.Purpose} port {wanted.Port} of {wanted.Host} is taken by {Holder(address, wanted.Port)}: "
                + "stop that process, or set another port";
        }
        catch (SocketException fault) when (fault.SocketErrorCode == SocketError.AddressNotAvailable)
        {
            return $"no interface of this host has the {wanted.Purpose} address {wanted.Host}: set one that it has, or 0.0.0.0";
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Go listens on both families when either wildcard is asked for, so that is what must be free.</summary>
    private static Socket Open(ref IPAddress address)
    {
        var wildcard = address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
        if (!wildcard || !Socket.OSSupportsIPv6) return new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        address = IPAddress.IPv6Any;
        return new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
    }

    private static string Holder(IPAddress address, int port)
    {
        var listeners = SocketTables
            .SelectMany(table => (ProcessTable.Read(table) ?? "").Split('\n'))
            .Select(Listener.Parse)
            .Where(listener => listener is not null && listener.Port == port && Collide(listener.Address, address))
            .ToList();
        if (listeners is not [{ } first, ..]) return "another process";
        return PidOf(first.Inode) is { } pid
            ? $"{ProcessTable.Name(pid) ?? "a process"} (pid {pid}, on {new IPEndPoint(first.Address, port)})"
            : $"another user's process (on {new IPEndPoint(first.Address, port)}; as root, `ss -ltnp` names it)";
    }

    private static bool Collide(IPAddress one, IPAddress other) =>
        one.Equals(other) || IsWildcard(one) || IsWildcard(other);

    private static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static int? PidOf(string inode)
    {
        var link = $"socket:[{inode}]";
        try
        {
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                if (int.TryParse(Path.GetFileName(folder), out var pid) && Holds(folder, link)) return pid;
            }
        }
        catch (IOException)
        {
            // Without descriptors, for example, nobody is named; the port is taken all the same.
        }

        return null;
    }

    private static bool Holds(string folder, string link)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(folder + "/fd").Any(descriptor => new FileInfo(descriptor).LinkTarget == link);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return false; // gone, or another user's
        }
    }
}

/// <summary>A listening socket as /proc/net/tcp and tcp6 list it (proc_pid_net(5)).</summary>
internal sealed record Listener(IPAddress Address, int Port, string Inode)
{
    private const string ListenState = "0A";
    private const int LocalColumn = 1, StateColumn = 3, InodeColumn = 9;
    private const int WordDigits = 8; // the address is printed as 32-bit words in the byte order of the machine

    /// <returns>Null for the title line and for sockets that do not listen.</returns>
    public static Listener? Parse(string line)
    {
        var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (columns.Length <= InodeColumn || columns[StateColumn] != ListenState) return null;
        var local = columns[LocalColumn].Split(':');
        return local.Length == 2 && ushort.TryParse(local[1], NumberStyles.HexNumber, null, out var port) && ReadAddress(local[0]) is { } address
            ? new Listener(address, port, columns[InodeColumn])
            : null;
    }

    private static IPAddress? ReadAddress(string digits)
    {
        if (digits.Length is not (WordDigits or 4 * WordDigits)) return null;
        var bytes = new byte[digits.Length / 2];
        for (var word = 0; word < digits.Length; word += WordDigits)
        {
            if (!uint.TryParse(digits.AsSpan(word, WordDigits), NumberStyles.HexNumber, null, out var value)) return null;
            BitConverter.TryWriteBytes(bytes.AsSpan(word / 2), value);
        }

        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
