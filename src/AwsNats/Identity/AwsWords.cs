namespace AwsNats.Identity;

/// <summary>AWS's own words, made fit for our log.</summary>
internal static class AwsWords
{
    /// <summary>After these words a refused signature is explained with the signed request, the session token included.</summary>
    private static readonly string[] SecretsFollow = ["The Canonical String", "The String-to-Sign"];

    /// <summary>One line, cut at <paramref name="longest"/> characters and before anything that may hold a secret.</summary>
    public static string OneLine(string words, int longest)
    {
        var end = words.Length;
        foreach (var mark in SecretsFollow)
        {
            var at = words.IndexOf(mark, StringComparison.OrdinalIgnoreCase);
            if (at >= 0) end = Math.Min(end, at);
        }

        var cut = end > longest;
        var text = words.AsSpan(0, cut ? longest : end).Trim();
        return string.Create(text.Length + (cut ? 1 : 0), text, static (line, source) =>
        {
            for (var i = 0; i < source.Length; i++) line[i] = char.IsControl(source[i]) ? ' ' : source[i];
            if (line.Length > source.Length) line[^1] = '…';
        });
    }
}
