using System.Net;
using System.Net.Sockets;

namespace AwsNats.ServerConfig;

/// <summary>One spelling for each host, so that two spellings of one address are seen to be the same.</summary>
internal static class HostAddress
{
    /// <summary>IPv6 in its shortest form, IPv4 written as IPv6 in its own form, host names in lower case without the root's dot.</summary>
    public static string Normalize(string host)
    {
        if (!IPAddress.TryParse(host, out var address)) return host.TrimEnd('.').ToLowerInvariant();
        return (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
    }

    /// <summary>host:port, IPv6 in brackets.</summary>
    public static string WithPort(string host, int port) => IsIpv6(host) ? $"[{host}]:{port}" : $"{host}:{port}";

    /// <summary>The address at which this host reaches what is bound to <paramref name="bound"/>: loopback for the wildcards.</summary>
    public static string Reachable(string bound) => Normalize(bound) switch
    {
        "0.0.0.0" or "" => "127.0.0.1",
        "::" => "::1",
        var host => host,
    };

    private static bool IsIpv6(string host) =>
        IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;
}
