using System.Globalization;

namespace AwsNats.Registry;

/// <summary>Turns a raw row into typed values, or says what is wrong with it.</summary>
internal static class RowParser
{
    /// <summary>Year 2286: a larger time is no epoch second but milliseconds or nonsense.</summary>
    private const decimal LargestTime = 9_999_999_999m;

    /// <summary>A row's typed values before it is judged.</summary>
    internal sealed record ParsedRow(Row Row, string Host, int Port, DateTimeOffset Time);

    public static (ParsedRow? Parsed, RowFault? Fault) Parse(Row row, RosterRules rules)
    {
        var (host, fault) = PeerAddress.Parse(row.Ip, rules.OwnAddress, rules.AllowHostNames);
        if (host is null) return (null, new RowFault(row.Ip, $"its ip {fault}"));
        if (row.Time is null) return (null, new RowFault(row.Ip, "it has no time that is a number"));
        return Seconds(row.Time) is not { } time
            ? (null, new RowFault(row.Ip, "its time is not a number of epoch seconds"))
            : (new ParsedRow(row, host, PeerAddress.Port(row.ClusterPort) ?? rules.DefaultPort, time), null);
    }

    public static NodeStatus? Status(string? text) => text switch
    {
        "starting" => NodeStatus.Starting,
        "working" => NodeStatus.Working,
        "error" => NodeStatus.Error,
        "draining" => NodeStatus.Draining,
        _ => null,
    };

    /// <summary>Epoch seconds as DynamoDB prints a number (the old script may have written a fraction); null when senseless.</summary>
    public static DateTimeOffset? Seconds(string? text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and <= LargestTime
            ? DateTimeOffset.UnixEpoch.AddSeconds((double)seconds)
            : null;
}

/// <summary>A row that is ignored, and why.</summary>
/// <param name="Key">Its ip, any text of any length: shorten and escape before printing.</param>
/// <param name="Reason">Half a sentence.</param>
internal sealed record RowFault(string Key, string Reason);
