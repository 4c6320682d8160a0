using System.Collections.Immutable;

namespace AwsNats.Settings;

/// <summary>One `key = value` line.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Section">Normalized, see <see cref="IniFile.Normalize"/>.</param>
/// <param name="Key">As it was written.</param>
/// <param name="Value">Trimmed; null when the value is wrong in itself and a fault says so.</param>
internal sealed record IniEntry(int Line, string Section, string Key, string? Value);

/// <summary>One `[section]` line.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Name">As it was written.</param>
internal sealed record IniSection(int Line, string Name);

/// <summary>A line that cannot be understood. Holds no value, since it may be a secret.</summary>
internal sealed record IniFault(int Line, string? Subject, string What);

/// <summary>
/// The settings file as lines, before anyone asks what they mean. The grammar is the part of Python's configparser that the original
/// script's files use; where we are stricter we say so instead of reading the file differently.
/// </summary>
internal sealed record IniFile(ImmutableArray<IniSection> Sections, ImmutableArray<IniEntry> Entries, ImmutableArray<IniFault> Faults)
{
    /// <summary>Reads any text; what is wrong is in <see cref="Faults"/>.</summary>
    public static IniFile Parse(string text)
    {
        var scan = new Scan();
        var line = 0;
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            scan.Take(++line, raw.EndsWith('\r') ? raw[..^1] : raw);
        }

        return new([.. scan.Sections], [.. scan.Entries], [.. scan.Faults]);
    }

    /// <summary>How names are compared: case does not matter, and - and _ are alike.</summary>
    public static string Normalize(string name) => name.ToLowerInvariant().Replace('_', '-');

    private sealed class Scan
    {
        private readonly Dictionary<string, int> sectionLines = [];
        private readonly Dictionary<(string Section, string Key), int> keyLines = [];
        private string? section; // normalized; null before the first header
        private bool sectionUnreadable; // its keys are checked for their form only
        private string sectionAsWritten = "";
        private (int Line, int Indent, string Key)? above; // the key that an indented line would continue, as configparser sees it

        public List<IniSection> Sections { get; } = [];

        public List<IniEntry> Entries { get; } = [];

        public List<IniFault> Faults { get; } = [];

        public void Take(int line, string raw)
        {
            var text = raw.Trim();
            if (text.Length == 0 || IsComment(text)) return;
            var indent = raw.Length - raw.TrimStart().Length;
            if (above is { } key && indent > key.Indent)
            {
                Fault(line, null, $"is indented under {SettingError.Quote(key.Key)} of line {key.Line}: " +
                    "the original script would have joined it to that value; " +
                    "write a value on one line, or remove the indentation if this is a setting of its own");
            }
            else if (text[0] == '[')
            {
                above = null;
                Header(line, text);
            }
            else
            {
                Pair(line, indent, text);
            }
        }

        private void Header(int line, string text)
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            var name = end < 0 ? "" : text[1..end].Trim();
            section = Normalize(name);
            sectionAsWritten = name;
            sectionUnreadable = name.Length == 0 || ControlIn(name) is not null;
            if (end < 0)
            {
                Fault(line, null, "begins a section but has no closing ]");
                return;
            }

            if (name.Length == 0) Fault(line, null, "names no section between [ and ]");
            if (ControlIn(name) is { } control) Fault(line, null, $"has {control} in the name of a section");
            var rest = text[(end + 1)..].TrimStart();
            if (rest.Length > 0 && !IsComment(rest)) Fault(line, null, $"has text after [{name}]: a setting belongs on a line of its own");
            if (sectionUnreadable) return;
            if (!sectionLines.TryAdd(section, line))
            {
                Fault(line, $"[{name}]", $"the section stands here and at line {sectionLines[section]}: put its settings together");
                return;
            }

            Sections.Add(new(line, name));
        }

        private void Pair(int line, int indent, string text)
        {
            var separator = text.AsSpan().IndexOfAny('=', ':');
            if (separator < 0)
            {
                Fault(line, null, "is neither 'key = value', a [section] nor a comment");
                return;
            }

            var key = text[..separator].TrimEnd();
            above = (line, indent, key);
            if (key.Length == 0)
            {
                Fault(line, null, $"has no key before '{text[separator]}'");
            }
            else if (ControlIn(key) is { } inKey)
            {
                Fault(line, null, $"has {inKey} in its key");
            }
            else if (section is null)
            {
                Fault(line, null, $"{SettingError.Quote(key)} stands before any [section]");
            }
            else if (!sectionUnreadable)
            {
                Entry(line, key, text[(separator + 1)..].TrimStart());
            }
        }

        private void Entry(int line, string key, string value)
        {
            var subject = $"[{sectionAsWritten}] {key}";
            if (!keyLines.TryAdd((section!, Normalize(key)), line))
            {
                Fault(line, subject, $"is set here and at line {keyLines[(section!, Normalize(key))]}: keep one of them");
                return;
            }

            var control = ControlIn(value);
            if (control is not null) Fault(line, subject, $"the value has {control}");
            Entries.Add(new(line, section!, key, control is null ? value : null));
        }

        private void Fault(int line, string? subject, string what) => Faults.Add(new(line, subject, what));
    }

    /// <summary>The first control character of a text, described; null when there is none.</summary>
    public static string? ControlIn(string text)
    {
        var at = 0;
        while (at < text.Length && !char.IsControl(text[at])) at++;
        if (at == text.Length) return null;
        var hint = text[at] == '\0' ? " (is the file UTF-16? save it as UTF-8)" : "";
        return $"a control character (U+{(int)text[at]:X4} at position {at + 1}){hint}";
    }

    /// <summary>Comments are whole lines: inside a value # and ; are ordinary characters, since passwords hold them.</summary>
    private static bool IsComment(string trimmed) => trimmed[0] is '#' or ';';
}
