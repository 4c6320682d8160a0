namespace Demo;

/// <summary>A terminal: the whole picture is drawn again and again in the same place, on the terminal's second screen.</summary>
internal sealed class TerminalStage(TimeSpan suspicious, bool colour, bool unicode) : IStage
{
    private const int Widest = 100; // columns: what reads well
    private const int Smallest = 40; // columns and more: below, a terminal does not know its size

    private static readonly TimeSpan Reading = TimeSpan.FromSeconds(4); // some twenty words

    private readonly Stream output = Console.OpenStandardOutput();
    private bool open;

    public TimeSpan ReadingTime => Reading;

    public void Show(Frame frame)
    {
        var (width, height) = Size();
        var lines = Lay(frame, width, height);
        var text = new System.Text.StringBuilder();
        if (!open) text.Append("\x1b[?1049h\x1b[?25l"); // second screen, no cursor
        open = true;
        text.Append("\x1b[H");
        foreach (var line in lines.Take(height - 1)) text.Append(line.Render(width, colour)).Append("\x1b[K\r\n");
        text.Append("\x1b[J");
        Write(text.ToString());
    }

    public void Tell(Happening happening)
    {
        // part of the next picture
    }

    public void Close()
    {
        if (open) Write("\x1b[?25h\x1b[?1049l");
        open = false;
    }

    private List<Line> Lay(Frame frame, int width, int height)
    {
        var dot = unicode ? "● " : "* ";
        List<Line> lines = [Title(frame, width), Line.Empty, .. Picture.Table(frame.View, suspicious, dot)];
        while (lines.Count < 6) lines.Add(Line.Empty); // what stands below does not jump
        if (frame.Hints.Count > 0) return [.. lines, Line.Empty, .. frame.Hints.Select(h => Line.Of(" " + h))];
        if (frame.Traffic is not null) lines.AddRange([Line.Empty, Picture.Messages(frame.Traffic), Picture.Calls(frame.Calls)]);
        lines.Add(Line.Empty);
        lines.AddRange(Picture.Acts(frame.Acts, frame.At, unicode ? "✓" : "x", unicode ? "▸" : ">"));
        if (frame.Acts.LastOrDefault(a => a.State == ActState.Now) is { } act)
        {
            lines.Add(Line.Empty);
            lines.AddRange(Line.Wrap(" " + act.Why, width - 1, 1).Select(l => Line.Of(l, Ink.Warn)));
        }
        var room = height - 2 - lines.Count;
        if (room <= 0) return lines;
        lines.Add(Line.Empty);
        lines.AddRange(Events(frame, width).TakeLast(room));
        return lines;
    }

    private static Line Title(Frame frame, int width)
    {
        var clock = Picture.Clock(frame.At);
        const string Name = " aws-nats demo";
        return new Line().Add(Name, Ink.Bold).Add("  " + frame.Headline, Ink.Dim, width - Name.Length - clock.Length - 1).Add(clock, Ink.Bold);
    }

    private static IEnumerable<Line> Events(Frame frame, int width) => frame.Happenings.SelectMany(h =>
        Line.Wrap($" {Picture.Clock(h.At),5}  {h.Text}", width - 1, 8).Select(l => Line.Of(l, h.Ink)));

    private static (int Width, int Height) Size()
    {
        var (width, height) = (Console.WindowWidth, Console.WindowHeight);
        return (width < Smallest ? Widest : Math.Min(width, Widest), height <= 1 ? 24 : height);
    }

    private void Write(string text)
    {
        output.Write(System.Text.Encoding.UTF8.GetBytes(text));
        output.Flush();
    }
}
