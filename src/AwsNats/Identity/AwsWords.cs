namespace AwsNats.Identity;

/// <summary>AWS's own words, made fit for our log.</summary>
internal static class AwsWords
{
    /// <summary>After these words a refused signature is explained with the signed request, the session token included.</summary>
    private static readonly string[] SecretsFollow = ["The Canonical String", "The String-to-Sign"];

    /// <summary>Why there are no credentials. The SDK's own list of all that it tried fills a page: only its end, the instance's role, matters here.</summary>
    public static string NoCredentials(string words, int longest)
    {
        const string List = "Failed to resolve AWS credentials";
        if (!words.StartsWith(List, StringComparison.Ordinal)) return OneLine(words, longest);
        var last = words.TrimEnd().LastIndexOf('\n');
        var reason = words.AsSpan(last + 1).Trim();
        var colon = reason.IndexOf(": ");
        return OneLine($"environment, profile and web identity have none; instance role: {reason[(colon < 0 ? 0 : colon + 2)..]}", longest);
    }

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
