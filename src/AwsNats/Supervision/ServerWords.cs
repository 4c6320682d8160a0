using System.Text.RegularExpressions;

namespace AwsNats.Supervision;

/// <summary>Makes what the server prints fit for our log and the registry: one line, no secrets.</summary>
internal static partial class ServerWords
{
    /// <summary>Characters kept; arbitrary: enough for a path, a position and a sentence or two.</summary>
    private const int Longest = 400;

    /// <summary>The lines of an output as one, without the program's name before each.</summary>
    public static string OneLine(string output)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => Masked(ProgramName().Replace(line, "")))
            .Where(line => line.Length > 0);
        var text = string.Join("; ", lines);
        return text.Length <= Longest ? text : string.Concat(text.AsSpan(0, Longest), "...");
    }

    /// <summary>
    /// The server quotes the line that it does not understand. Too much is masked rather than too little: everything behind a word for a
    /// password, everything between `://` and the last `@` (a password may hold spaces, slashes and at signs), every bcrypt hash.
    /// </summary>
    public static string Masked(string line) =>
        PasswordValue().Replace(BcryptHash().Replace(UserInfo().Replace(line, "://***@"), "***"), "$1***");

    [GeneratedRegex(@"^(nats-server|gnatsd): +")]
    private static partial Regex ProgramName();

    [GeneratedRegex("://.*@")]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"\$2[abxy]?\$\S*")]
    private static partial Regex BcryptHash();

    /// <summary>A name alone, as in `unknown field "passwrd"`, has nothing behind it to hide.</summary>
    [GeneratedRegex("""((?>(?:pass\w*|token|secret|seed)['"]*)(?:\s*[:=]\s*|\s+))\S.*""", RegexOptions.IgnoreCase)]
    private static partial Regex PasswordValue();
}
