using System.Net;
using System.Net.Sockets;

namespace AwsNats.Identity;

/// <summary>The answers that make an identity, each judged before it is believed: they end up in the registry and in the server's configuration.</summary>
internal sealed record IdentityParts(MetadataAnswer InstanceId, MetadataAnswer Region, MetadataAnswer Zone, MetadataAnswer Address)
{
    /// <summary>63: the longest label of a host name, far above the longest id, region or zone.</summary>
    private const int LongestName = 63;

    public IdentityAnswer Judge()
    {
        var fault = InstanceId.Fault ?? Region.Fault ?? Zone.Fault ?? Address.Fault
            ?? Misshapen("instance-id", InstanceId.Value!, IsInstanceId)
            ?? Misshapen("placement/region", Region.Value!, IsRegion)
            ?? Misshapen("placement/availability-zone", Zone.Value!, IsName);
        return fault is not null
            ? new IdentityAnswer(null, fault)
            : new IdentityAnswer(new InstanceIdentity(InstanceId.Value!, Region.Value!, Zone.Value!, Address.Value!), null);
    }

    /// <summary>The address that a path gave, in its canonical form.</summary>
    /// <param name="path">public-ipv4, local-ipv4 or ipv6.</param>
    public static MetadataAnswer JudgeAddress(string path, MetadataAnswer answer)
    {
        if (answer.Fault is not null) return answer;
        if (answer.Value is null) return MetadataAnswer.Failed(Missing(path));
        var family = path == "ipv6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;

        // The canonical text must come back for IPv4: .NET also takes "10", "0x7f.1" and the like for addresses.
        return IPAddress.TryParse(answer.Value, out var address) && address.AddressFamily == family
            && (family == AddressFamily.InterNetworkV6 ? address.ScopeId == 0 : address.ToString() == answer.Value)
            ? MetadataAnswer.Of(address.ToString())
            : MetadataAnswer.Failed($"the instance metadata service gave '{Printable(answer.Value)}' as {path}, which is not an address");
    }

    private static string Missing(string path) => path switch
    {
        "public-ipv4" => "this instance has no public IPv4 address, but the settings say address = public: give it one, or set address to auto or private",
        "ipv6" => "this instance has no IPv6 address, but the settings say address = ipv6: assign one to its interface, or set address to auto",
        _ => "this instance has no private IPv4 address: in an IPv6-only subnet set address = ipv6",
    };

    private static string? Misshapen(string path, string value, Func<string, bool> fits) =>
        fits(value) ? null : $"the instance metadata service gave '{Printable(value)}' as {path}, which cannot be";

    private static bool IsInstanceId(string text) => text.Length is > 2 and <= LongestName && text.StartsWith("i-", StringComparison.Ordinal)
        && text.Skip(2).All(char.IsAsciiHexDigitLower);

    /// <summary>us-east-1, us-gov-west-1, eusc-de-east-1: words and a number, joined by hyphens.</summary>
    private static bool IsRegion(string text) => IsName(text) && text.Contains('-') && char.IsAsciiDigit(text[^1]);

    private static bool IsName(string text) => text.Length is > 0 and <= LongestName && char.IsAsciiLetterLower(text[0])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    /// <summary>A stranger's text, cut and without control characters, fit for one line of a log.</summary>
    private static string Printable(string text) => string.Create(Math.Min(text.Length, LongestName), text, static (line, whole) =>
    {
        for (var i = 0; i < line.Length; i++) line[i] = char.IsControl(whole[i]) ? ' ' : whole[i];
    });
}
