namespace Demo;

/// <summary>No terminal: lines of text, one after the other, and the table only when something in it has changed.</summary>
internal sealed class PlainStage(TimeSpan suspicious) : IStage
{
    private const int Width = 100; // columns: what a log is read in

    /// <summary>1 s: nobody watches, and what happens next must not run into what happened before.</summary>
    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(1);

    /// <summary>500 ms without another change: one table for what changes together.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(500);

    private string printed = "";
    private string seen = "";
    private TimeSpan seenAt;
    private Act? told;

    public TimeSpan ReadingTime => Reading;

    public void Show(Frame frame)
    {
        if (frame.Acts.LastOrDefault(a => a.State == ActState.Now) is { } act && act != told)
        {
            told = act;
            Console.Out.WriteLine();
            Console.Out.WriteLine($"{frame.Acts.ToList().IndexOf(act) + 1} {act.Title}");
            foreach (var line in Line.Wrap("  " + act.Why, Width, 2)) Console.Out.WriteLine(line);
        }
        var shape = frame.View.Shape;
        if (shape != seen) (seen, seenAt) = (shape, frame.At);
        if (shape == printed || frame.View.Nodes.Count == 0 || frame.At - seenAt < Quiet) return;
        printed = shape;
        Console.Out.WriteLine();
        foreach (var line in Picture.Table(frame.View, suspicious, "")) Console.Out.WriteLine("        " + line.Render(Width, colour: false));
        Console.Out.WriteLine();
    }

    public void Tell(Happening happening)
    {
        foreach (var line in Line.Wrap($"{Picture.Clock(happening.At),6}  {happening.Text}", Width, 8)) Console.Out.WriteLine(line);
    }

    public void Close()
    {
        // nothing was taken
    }
}
