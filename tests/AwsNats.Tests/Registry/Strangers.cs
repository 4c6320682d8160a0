using AwsNats.Registry;
using CsCheck;

namespace AwsNats.Tests.Registry;

/// <summary>Generated rows as anybody with a right to write the table could leave them.</summary>
internal static class Strangers
{
    /// <summary>Fragments of which addresses, near misses and attacks are made.</summary>
    private static readonly string[] Fragments =
    [
        "10.0.0.2", "fd00::2", "127.0.0.1", "169.254.169.254", "::ffff:", "::", ":", ".", "%eth0", "%1", "[", "]", "/64", "0x", "0", "1", "255", "256", "a", "f", "fe80", "G",
        "localhost", "node-2.example", "-", "_", " ", "\n", "\r", "\0", "\t", "\"", "'", "\\", "$", "{", "}", "#", "@", "\u001b[2J", "ä", "１", "\u202e", "\ud800", "😀",
        "nats-route://", ":7244", "include ", "authorization",
    ];

    public static readonly Gen<string> AnyIp = Gen.OneOf(
        Gen.Int[0, Fragments.Length - 1].Select(i => Fragments[i]).Array[0, 8].Select(string.Concat),
        Gen.Byte.Array[4].Select(bytes => new System.Net.IPAddress(bytes).ToString()),
        Gen.Byte.Array[16].Select(bytes => new System.Net.IPAddress(bytes).ToString()),
        Gen.String[0, 300]);

    public static readonly Gen<string?> AnyNumber = Gen.OneOf<string?>(
        Of(null, "", "0", "-1", "1.7E+9", "1700000000", "1700000000.123456789012345678901234567890", "9.9999999999999999999999999999999999999E+125",
            "1E-130", "NaN", "Infinity", "1,000", "0x10", " 1700000000", "１７", "1700000000\n", "--1", "1e", "9999999999", "10000000000"),
        Gen.Long.Select(number => (string?)$"{number}"),
        Gen.Double.Select(number => (string?)$"{number}"),
        Gen.String[0, 40].Select(text => (string?)text));

    public static readonly Gen<string?> AnyStatus =
        Gen.OneOf<string?>(Of(null, "starting", "working", "error", "draining", "Working", ""), Gen.String[0, 20].Select(text => (string?)text));

    public static readonly Gen<Row> AnyRow = Gen.Select(AnyIp, AnyNumber, AnyStatus, AnyNumber, AnyNumber, AnyNumber,
        (ip, time, status, port, expires, reported) => new Row(ip, time, status, ClusterPort: port, Expires: expires, ReportedAt: reported));

    private static Gen<string?> Of(params string?[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
