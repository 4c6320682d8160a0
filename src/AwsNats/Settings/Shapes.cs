using System.Collections.Immutable;
using System.Globalization;

namespace AwsNats.Settings;

/// <summary>The kinds of values: each gives the words for what is allowed beside the test of it, so that the two cannot part.</summary>
internal static class Shapes
{
    private static readonly ImmutableArray<string> TrueWords = ["on", "true", "yes", "1"];
    private static readonly ImmutableArray<string> FalseWords = ["off", "false", "no", "0"];

    public static Shape Seconds(int least, int most, Func<AgentSettings, TimeSpan, AgentSettings> put, string also = "") => new(
        $"a whole number of seconds from {least} to {most}{also}",
        (settings, text) => Whole(text, least, most) is { } seconds ? put(settings, TimeSpan.FromSeconds(seconds)) : null);

    public static Shape Count(int least, int most, Func<AgentSettings, int, AgentSettings> put) => new(
        $"a whole number from {least} to {most}",
        (settings, text) => Whole(text, least, most) is { } number ? put(settings, number) : null);

    /// <summary>Decimal, so that 0.1 is 0.1; no signs, exponents or group separators.</summary>
    public static Shape Fraction(decimal least, decimal most, Func<AgentSettings, decimal, AgentSettings> put) => new(
        FormattableString.Invariant($"a number of seconds from {least} to {most}, fractions allowed"),
        (settings, text) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most ? put(settings, number) : null);

    public static Shape Switch(Func<AgentSettings, bool, AgentSettings> put) => new(
        "on or off (or true, yes, 1, false, no, 0)",
        (settings, text) =>
            TrueWords.Contains(text, StringComparer.OrdinalIgnoreCase) ? put(settings, true) :
            FalseWords.Contains(text, StringComparer.OrdinalIgnoreCase) ? put(settings, false) : null);

    public static Shape Port(Func<AgentSettings, int, AgentSettings> put) => new(
        "a port from 1 to 65535",
        (settings, text) => Whole(text, 1, 65535) is { } port ? put(settings, port) : null);

    /// <summary>An address to listen on, kept in its canonical form.</summary>
    public static Shape ListenAddress(Func<AgentSettings, string, AgentSettings> put) => new(
        "an IPv4 or IPv6 address to listen on, without brackets (0.0.0.0 and :: are every address)",
        (settings, text) => Addresses.Parse(text) is { } address && Addresses.IsListenable(address) ? put(settings, address.ToString()) : null);

    /// <summary>What peers dial: a word, an address in its canonical form (it is the row's key), or a host name.</summary>
    public static Shape DialAddress(Func<AgentSettings, AddressChoice, AgentSettings> put) => new(
        "auto, public, private, ipv6, an address that peers can dial " +
        "(without brackets; not unspecified, multicast or link-local), or a host name with a dot",
        (settings, text) => Choice(text) is { } choice ? put(settings, choice) : null);

    public static Shape Format(Func<AgentSettings, LogFormat, AgentSettings> put) => new(
        "text or json",
        (settings, text) => text.ToLowerInvariant() switch
        {
            "text" => put(settings, LogFormat.Text),
            "json" => put(settings, LogFormat.Json),
            _ => null,
        });

    /// <summary>Anything: the user of a password, say. Control characters and empty values are refused before a shape is asked.</summary>
    public static Shape Text(Func<AgentSettings, string, AgentSettings> put) => new("text", put);

    /// <summary>The server refuses names with white space in them.</summary>
    public static Shape Word(Func<AgentSettings, string, AgentSettings> put) => new(
        "text without white space",
        (settings, text) => text.Any(char.IsWhiteSpace) ? null : put(settings, text));

    public static Shape Words(Func<AgentSettings, ImmutableArray<string>, AgentSettings> put) => new(
        "words separated by commas, without white space in them",
        (settings, text) =>
        {
            ImmutableArray<string> words = [.. text.Split(',', StringSplitOptions.TrimEntries)];
            return words.All(word => word.Length > 0 && !word.Any(char.IsWhiteSpace)) ? put(settings, words) : null;
        });

    public static Shape AbsolutePath(Func<AgentSettings, string, AgentSettings> put) => new(
        "an absolute path",
        (settings, text) => text.StartsWith('/') ? put(settings, text) : null);

    /// <summary>A path with / in it must be absolute: a service's working directory is nobody's guess.</summary>
    public static Shape Executable(Func<AgentSettings, string, AgentSettings> put) => new(
        "an absolute path, or a name to look for in PATH",
        (settings, text) => text.StartsWith('/') || !text.Contains('/', StringComparison.Ordinal) ? put(settings, text) : null);

    /// <summary>DynamoDB's own rule for names of tables (API reference, CreateTable, TableName).</summary>
    public static Shape TableName(Func<AgentSettings, string, AgentSettings> put) => new(
        "a table name: 3 to 255 of the characters a-z, A-Z, 0-9, _, . and -",
        (settings, text) => text.Length is >= 3 and <= 255 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')
            ? put(settings, text) : null);

    /// <summary>Letters, then more letters, then a number (us-gov-west-1 has one part more): new regions must pass without a new release.</summary>
    public static Shape Region(Func<AgentSettings, string, AgentSettings> put) => new(
        "a region such as eu-west-1",
        (settings, text) => text.Split('-') is [.. var letters, var number] && letters.Length >= 2
            && letters.All(part => part.Length > 0 && part.All(char.IsAsciiLetterLower)) && Whole(number, 1, 99) is not null
            ? put(settings, text) : null);

    public static Shape Secret(Func<AgentSettings, Secret, AgentSettings> put) =>
        new(SecretReference.Allowed, (settings, text) => put(settings, new Secret(text))) { IsSecret = true };

    /// <summary>A secret that is presented, not only checked: a hash would be sent as if it were the password.</summary>
    public static Shape ClearSecret(Func<AgentSettings, Secret, AgentSettings> put) =>
        new(SecretReference.Allowed + ", but no bcrypt hash: routes present the password itself", (settings, text) =>
            IsBcrypt(text) ? null : put(settings, new Secret(text))) { IsSecret = true };

    /// <summary>$2a$10$...: what nats-server itself takes for a hash.</summary>
    private static bool IsBcrypt(string text) =>
        text is ['$', '2', 'a' or 'b' or 'x' or 'y', '$', var tens, var ones, '$', ..] && char.IsAsciiDigit(tens) && char.IsAsciiDigit(ones);

    private static int? Whole(string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;

    private static AddressChoice? Choice(string text) => text.ToLowerInvariant() switch
    {
        "auto" => AddressChoice.Auto,
        "public" => new(AddressKind.Public),
        "private" => new(AddressKind.Private),
        "ipv6" => new(AddressKind.Ipv6),
        _ when Addresses.Parse(text) is { } address => Addresses.IsDialable(address) ? new(AddressKind.Literal, address.ToString()) : null,
        var name => Addresses.IsHostName(name) ? new(AddressKind.Literal, name) : null,
    };
}
