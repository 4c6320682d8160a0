using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AwsNats.Settings;

namespace AwsNats.Telemetry;

/// <summary>Writes lines to standard error: time, level, event, key=value; or one JSON object each. One event is one write, so lines never mix.</summary>
internal sealed class Log(TextWriter output, LogFormat format, TimeProvider time)
{
    private readonly Lock gate = new();

    public void Write(LogLine line)
    {
        var text = format == LogFormat.Json ? Json(line) : Text(line);
        lock (gate)
        {
            try
            {
                output.Write(text);
                output.Flush();
            }
            catch (IOException)
            {
                // A full disk behind standard error: the server is worth more than this line, and there is nowhere to say so.
            }
        }
    }

    private string Text(LogLine line)
    {
        var text = new StringBuilder();
        text.Append(Stamp()).Append(' ').Append(Name(line.Level)).Append(' ').Append(line.Event);
        foreach (var (key, value) in line.Fields) text.Append(' ').Append(key).Append('=').Append(Value(value));
        if (line.Message is { } message) text.Append(" msg=").Append(Value(message));
        return text.Append('\n').ToString();
    }

    private string Json(LogLine line)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("time", Stamp());
            json.WriteString("level", Name(line.Level));
            json.WriteString("event", line.Event);
            foreach (var (key, value) in line.Fields) json.WriteString(key, value);
            if (line.Message is { } message) json.WriteString("msg", message);
            json.WriteEndObject();
        }

        return Escaped(Encoding.UTF8.GetString(buffer.WrittenSpan)) + "\n";
    }

    /// <summary>Such a character can only stand in a string, where its escape means the same.</summary>
    private static string Escaped(string json) =>
        json.Any(IsMisleading) ? string.Concat(json.Select(c => IsMisleading(c) ? $"\\u{(int)c:x4}" : $"{c}")) : json;

    private string Stamp() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    private static string Name(LogLevel level) => level switch { LogLevel.Info => "info", LogLevel.Warn => "warn", _ => "error" };

    /// <summary>What ends a line or moves the cursor on some screen, or shows a line's parts in another order than they stand.</summary>
    private static bool IsMisleading(char c) => char.IsControl(c) || CharUnicodeInfo.GetUnicodeCategory(c)
        is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    /// <summary>Bare when it is one word, else quoted; a line break never leaves a line.</summary>
    private static string Value(string value)
    {
        if (value.Length > 0 && value.All(c => c > ' ' && c != '"' && c != '=' && c != '\\' && !IsMisleading(c))) return value;
        var text = new StringBuilder("\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                _ when IsMisleading(c) => text.Append('?'),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }
}
