namespace AwsNats.Settings;

/// <summary>What the user may have meant.</summary>
internal static class NearestName
{
    /// <summary>64: longer than any name we know; keeps the work small for a megabyte before the first =.</summary>
    private const int ComparedLength = 64;

    /// <summary>The candidate with the fewest edits, if at most a third of the name (at least two letters) is edited; else null.</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        var tolerated = Math.Max(2, name.Length / 3); // a third: beyond that suggestions are guesses. Arbitrary
        return candidates
            .Select(candidate => (candidate, edits: Edits(IniFile.Normalize(name), IniFile.Normalize(candidate))))
            .Where(pair => pair.edits <= tolerated)
            .OrderBy(pair => pair.edits).ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .Select(pair => pair.candidate)
            .FirstOrDefault();
    }

    /// <summary>Optimal string alignment distance: letters added, left out, replaced, or swapped with their neighbour.</summary>
    public static int Edits(string from, string to)
    {
        if (from.Length > ComparedLength || to.Length > ComparedLength) return int.MaxValue;
        var cost = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++) cost[i, 0] = i;
        for (var j = 0; j <= to.Length; j++) cost[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = cost[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                cost[i, j] = Math.Min(Math.Min(cost[i - 1, j], cost[i, j - 1]) + 1, replaced);
                var swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
                if (swapped) cost[i, j] = Math.Min(cost[i, j], cost[i - 2, j - 2] + 1);
            }
        }

        return cost[from.Length, to.Length];
    }
}
