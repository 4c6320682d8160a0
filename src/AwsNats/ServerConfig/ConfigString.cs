using System.Text;

namespace AwsNats.ServerConfig;

/// <summary>Strings as the server's configuration language reads them back byte for byte.</summary>
internal static class ConfigString
{
    /// <summary>
    /// Double-quoted: no variables, numbers or booleans are looked for inside, and the only escapes are \xHH \t \n \r \" \\. Everything but
    /// printable ASCII is written as \xHH, one for each byte of its UTF-8 form: the server puts the bytes together unchanged, while a raw
    /// NUL would end the file for its lexer.
    /// </summary>
    public static StringBuilder AppendQuoted(this StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var b in Encoding.UTF8.GetBytes(value))
        {
            if (b is < (byte)' ' or > (byte)'~' or (byte)'"' or (byte)'\\') text.Append($"\\x{b:x2}");
            else text.Append((char)b);
        }

        return text.Append('"');
    }

    /// <summary>A duration in Go's notation, to the millisecond.</summary>
    public static string Duration(TimeSpan value) =>
        value.Milliseconds == 0 ? $"{(long)value.TotalSeconds}s" : $"{(long)value.TotalMilliseconds}ms";
}
