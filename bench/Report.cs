using System.Globalization;

namespace Bench;

/// <summary>One line of the table.</summary>
/// <param name="What">The measure, with its unit.</param>
/// <param name="Ours">The agent's value; null when it could not be measured.</param>
/// <param name="Peer">The boto3 loop's value; null when there is none.</param>
/// <param name="Goal">The most that is allowed; null when there is no goal.</param>
/// <param name="Decimals">Digits after the point.</param>
internal sealed record Measure(string What, double? Ours, double? Peer, double? Goal = null, int Decimals = 1)
{
    /// <summary>Judged as printed: a value that reads as the goal has met it.</summary>
    public bool? Met => Goal is { } goal && Ours is { } ours ? Math.Round(ours, Decimals) <= goal : null;

    public string[] Cells() => [What, Text(Ours), Goal is null ? "" : "≤ " + Goal.Value.ToString("0.##", CultureInfo.InvariantCulture),
        Met switch { true => "met", false => "missed", null => "" }, Text(Peer)];

    private string Text(double? value) => value?.ToString("F" + Decimals, CultureInfo.InvariantCulture) ?? "-";
}

/// <summary>The table of one run, in Markdown that also reads well in a terminal.</summary>
internal sealed class Report
{
    private static readonly string[] Head = ["measure", "aws-nats", "goal", "", "boto3 loop"];

    private readonly List<Measure> measures = [];
    private readonly List<string> faults = [];

    /// <summary>Something was not measured.</summary>
    public bool HasFaults => faults.Count > 0;

    public void Add(Measure measure) => measures.Add(measure);

    /// <param name="fault">What was not measured, and why.</param>
    public void Miss(string fault) => faults.Add(fault);

    public string Render()
    {
        string[][] rows = [Head, .. measures.Select(m => m.Cells())];
        var widths = Enumerable.Range(0, Head.Length).Select(i => rows.Max(r => r[i].Length)).ToArray();
        var lines = rows.Select(row => Line(row, widths)).ToList();
        lines.Insert(1, "|" + string.Join('|', widths.Select((w, i) => new string('-', w + 1) + (i == 0 ? "-" : ":"))) + "|");
        var judged = measures.Where(m => m.Goal is not null).ToList();
        lines.Add("");
        lines.Add($"{judged.Count(m => m.Met == true)} of {judged.Count} goals met.");
        lines.AddRange(faults.Select(f => "Not measured: " + f));
        return string.Join('\n', lines);
    }

    private static string Line(string[] cells, int[] widths) =>
        "| " + string.Join(" | ", cells.Select((c, i) => i == 0 ? c.PadRight(widths[i]) : c.PadLeft(widths[i]))) + " |";
}
