using System.Buffers;
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
            output.Write(text);
            output.Flush();
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

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private string Stamp() => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    private static string Name(LogLevel level) => level switch { LogLevel.Info => "info", LogLevel.Warn => "warn", _ => "error" };

    /// <summary>Bare when it is one word, else quoted; a line break never leaves a line.</summary>
    private static string Value(string value)
    {
        if (value.Length > 0 && value.All(c => c > ' ' && c != '"' && c != '=' && c != '\\' && !char.IsControl(c))) return value;
        var text = new StringBuilder("\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                _ when char.IsControl(c) => text.Append('?'),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }
}
