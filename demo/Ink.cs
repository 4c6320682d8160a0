using System.Text;

namespace Demo;

/// <summary>What a piece of text means to the eye; the terminal's own palette decides the shade.</summary>
internal enum Ink
{
    Plain,
    Bold,
    Dim,
    Good,
    Warn,
    Bad,
}

/// <summary>A line of pieces, each with its ink.</summary>
internal sealed class Line
{
    private readonly List<(string Text, Ink Ink)> pieces = [];

    public static Line Empty { get; } = new();

    public static Line Of(string text, Ink ink = Ink.Plain) => new Line().Add(text, ink);

    /// <param name="width">Padded with blanks to so many columns; 0 means as wide as it is.</param>
    public Line Add(string text, Ink ink = Ink.Plain, int width = 0)
    {
        pieces.Add((text, ink));
        if (text.Length < width) pieces.Add((new string(' ', width - text.Length), Ink.Plain));
        return this;
    }

    /// <summary>Pieces that make one cell together.</summary>
    public Line AddCell(IEnumerable<(string Text, Ink Ink)> cell, int width)
    {
        var used = 0;
        foreach (var (text, ink) in cell)
        {
            pieces.Add((text, ink));
            used += text.Length;
        }
        return Add(new string(' ', Math.Max(0, width - used)));
    }

    /// <summary>The text, cut to the width, with or without escape codes.</summary>
    public string Render(int width, bool colour)
    {
        var text = new StringBuilder();
        var left = width;
        foreach (var (whole, ink) in pieces)
        {
            if (left <= 0) break;
            var part = whole.Length > left ? whole[..left] : whole;
            left -= part.Length;
            if (!colour || ink == Ink.Plain) text.Append(part);
            else text.Append("\x1b[").Append(Code(ink)).Append('m').Append(part).Append("\x1b[0m");
        }
        return colour ? text.ToString() : text.ToString().TrimEnd();
    }

    /// <summary>Lines of at most so many columns, broken at blanks; every line but the first is indented.</summary>
    public static IEnumerable<string> Wrap(string text, int width, int indent)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > indent && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear().Append(' ', indent);
            }
            if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
            line.Append(word);
            if (word.Length == 0) line.Append(' '); // runs of blanks at the beginning stay
        }
        yield return line.ToString();
    }

    private static string Code(Ink ink) => ink switch
    {
        Ink.Bold => "1",
        Ink.Dim => "2",
        Ink.Good => "32",
        Ink.Warn => "33",
        Ink.Bad => "1;31",
        _ => "0",
    };
}
