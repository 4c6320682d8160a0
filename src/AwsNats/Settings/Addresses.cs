using System.Net;
using System.Net.Sockets;

namespace AwsNats.Settings;

/// <summary>Which texts are addresses, strictly: the system's parser takes "1", "0x7f.1" and "[::1]:80" for addresses too.</summary>
internal static class Addresses
{
    private const int LabelLength = 63; // octets, RFC 1035 section 2.3.4
    private const int HostNameLength = 253; // the 255 octets of RFC 1035, without the root's dot and the first length

    /// <summary>The IPv6 address of the instance metadata service.</summary>
    private static readonly IPAddress Metadata6 = IPAddress.Parse("fd00:ec2::254");

    /// <summary>Four decimal numbers, or IPv6 without brackets, port and zone; null for anything else.</summary>
    public static IPAddress? Parse(string text)
    {
        if (text.AsSpan().IndexOfAny("%[]/") >= 0 || !IPAddress.TryParse(text, out var address)) return null;
        if (address.IsIPv4MappedToIPv6) return null;
        return address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text ? address : null;
    }

    /// <summary>Can a peer on another host dial it? Loopback counts: several nodes may live on one machine.</summary>
    public static bool IsDialable(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return !address.Equals(IPAddress.IPv6Any) && !address.IsIPv6Multicast && !address.IsIPv6LinkLocal && !address.Equals(Metadata6);
        }

        var octets = address.GetAddressBytes();
        var thisNetwork = octets[0] == 0;
        var linkLocal = octets[0] == 169 && octets[1] == 254; // the metadata service's 169.254.169.254 among them
        var multicast = octets[0] is >= 224 and <= 239;
        return !thisNetwork && !linkLocal && !multicast && !address.Equals(IPAddress.Broadcast);
    }

    /// <summary>Can a server listen on it? The unspecified addresses included.</summary>
    public static bool IsListenable(IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || IsDialable(address);

    /// <summary>A host name (RFC 1123) with at least one dot: a single word is more likely a misspelt "public".</summary>
    public static bool IsHostName(string text)
    {
        var labels = text.Split('.');
        return text.Length <= HostNameLength && labels.Length > 1 && labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit);
    }

    /// <summary>Would two servers that listen on the same port of these two hosts collide? :: takes IPv4's ports as well.</summary>
    public static bool Overlap(string host, string other)
    {
        var (a, b) = (IPAddress.Parse(host), IPAddress.Parse(other));
        if (a.Equals(b) || a.Equals(IPAddress.IPv6Any) || b.Equals(IPAddress.IPv6Any)) return true;
        return a.AddressFamily == b.AddressFamily && (a.Equals(IPAddress.Any) || b.Equals(IPAddress.Any));
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= LabelLength && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
