using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AwsNats.Registry;

/// <summary>Reads a row's ip, which a stranger wrote. Only what comes out of here may reach a configuration file.</summary>
internal static class PeerAddress
{
    /// <summary>253 characters is the longest name DNS can carry (RFC 1035, 2.3.4).</summary>
    private const int LongestName = 253;

    /// <summary>Parses an address, or a host name where those are allowed.</summary>
    /// <param name="text">The row's key.</param>
    /// <param name="own">Our own address: loopback peers make sense only for one that is on loopback itself.</param>
    /// <param name="allowHostNames">The setting allow-host-names.</param>
    /// <returns>The canonical host and null, or null and what is wrong with it.</returns>
    public static (string? Host, string? Fault) Parse(string text, string own, bool allowHostNames)
    {
        if (text.Length > LongestName) return (null, $"is {text.Length} characters long");
        if (IPAddress.TryParse(text, out var address)) return ParseAddress(text, address, own);
        if (!allowHostNames) return (null, "is not an IP address");
        if (IsLocalhost(text) && !IsLoopback(own)) return (null, "is a loopback name");
        return IsHostName(text) ? (text.ToLowerInvariant(), null) : (null, "is neither an IP address nor a host name");
    }

    /// <summary>Whether two texts name the same host: equal addresses in any spelling, or equal names in any case.</summary>
    public static bool Same(string one, string other) =>
        IPAddress.TryParse(one, out var a) && IPAddress.TryParse(other, out var b)
            ? a.Equals(b)
            : string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static (string? Host, string? Fault) ParseAddress(string text, IPAddress address, string own)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            if (address.ScopeId != 0 || text.Contains('[') || text.Contains('%')) return (null, "is not a plain IPv6 address");
            if (address.IsIPv4MappedToIPv6 || IsIPv4Compatible(address)) return (null, "is an IPv4 address in IPv6 clothing");
            if (address.IsIPv6LinkLocal || address.IsIPv6Multicast || address.Equals(IPAddress.IPv6Any)) return (null, "is not an address that a peer can have");
            if (address.Equals(IPAddress.Parse("fd00:ec2::254"))) return (null, "is the metadata service's address");
        }
        else
        {
            // The parser also takes 10.1, 0x0a000001 and 012.0.0.1: what another program would read differently is refused.
            if (address.ToString() != text) return (null, "is not a plain IPv4 address");
            Span<byte> bytes = stackalloc byte[4];
            address.TryWriteBytes(bytes, out _);
            if (bytes[0] == 169 && bytes[1] == 254) return (null, "is a link-local address, as the metadata service has");
            if (bytes[0] == 0 || bytes[0] >= 224) return (null, "is not an address that a peer can have");
        }

        if (IPAddress.IsLoopback(address) && !IsLoopback(own)) return (null, "is a loopback address");
        return (address.ToString(), null);
    }

    private static bool IsLoopback(string own) => IsLocalhost(own) || (IPAddress.TryParse(own, out var address) && IPAddress.IsLoopback(address));

    /// <summary>localhost and every name below it lead to loopback (RFC 6761, 6.3).</summary>
    private static bool IsLocalhost(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>::a.b.c.d, deprecated (RFC 4291, 2.5.5.1); all of ::/96 but ::1, which has its own words.</summary>
    private static bool IsIPv4Compatible(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.IPv6Any) && address.GetAddressBytes().AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0;

    private static bool IsHostName(string text)
    {
        if (text.Length == 0 || text.All(c => char.IsAsciiDigit(c) || c == '.')) return false;
        foreach (var label in text.Split('.'))
        {
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-') return false;
            if (!label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')) return false;
        }

        return true;
    }

    /// <summary>Reads a port as DynamoDB prints a number.</summary>
    public static int? Port(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port : null;
}
