namespace AwsNats.Tests.Architecture;

/// <summary>
/// A C# source with comments, characters and the text of strings turned into spaces, so that rules find code and nothing else.
/// Line numbers stay. What stands in the holes of interpolated strings is code and is kept.
/// </summary>
internal static class CodeOnly
{
    public static string Of(string source)
    {
        var scan = new Scan(source);
        scan.Code(inHole: false);
        return scan.Kept;
    }

    private sealed class Scan(string source)
    {
        private readonly char[] kept = source.ToCharArray();
        private int at;

        public string Kept => new(kept);

        /// <summary>Walks over code, to its end or to the brace that closes the hole it stands in.</summary>
        public void Code(bool inHole)
        {
            var depth = 0;
            while (at < source.Length)
            {
                if (Ahead("//")) BlankTo(source.IndexOf('\n', at));
                else if (Ahead("/*")) BlankTo(After("*/", at + 2));
                else if (source[at] == '\'') BlankTo(EndOfCharacter());
                else if (IsTextAhead()) Text();
                else if (source[at] == '}' && inHole && depth == 0) return;
                else
                {
                    depth += source[at] == '{' ? 1 : source[at] == '}' ? -1 : 0;
                    at++;
                }
            }
        }

        private void Text()
        {
            var start = at;
            while (source[at] is '$' or '@') at++;
            var prefix = source[start..at];
            var dollars = prefix.Count(c => c == '$');
            var quotes = Run('"');
            var isRaw = quotes >= 3 && !prefix.Contains('@', StringComparison.Ordinal);
            var length = isRaw ? quotes : 1;
            at += length;
            while (at < source.Length)
            {
                if (isRaw ? Run('"') >= length : source[at] == '"')
                {
                    if (!isRaw && prefix.Contains('@', StringComparison.Ordinal) && Ahead("\"\"")) Blank(2);
                    else break;
                }
                else if (!isRaw && !prefix.Contains('@', StringComparison.Ordinal) && source[at] == '\\') Blank(2);
                else if (!isRaw && dollars > 0 && Ahead("{{")) Blank(2);
                else if (dollars > 0 && Run('{') >= dollars) Hole(isRaw ? dollars : 1);
                else Blank(1);
            }

            at += isRaw ? Run('"') : 1;
        }

        private void Hole(int braces)
        {
            at += Math.Max(Run('{'), braces);
            Code(inHole: true);
            at += braces;
        }

        private bool IsTextAhead()
        {
            var ahead = at;
            while (ahead < source.Length && source[ahead] is '$' or '@') ahead++;
            return ahead < source.Length && source[ahead] == '"';
        }

        private int EndOfCharacter()
        {
            var end = at + 1;
            while (end < source.Length && source[end] != '\'' && source[end] != '\n') end += source[end] == '\\' ? 2 : 1;
            return end + 1;
        }

        private int Run(char c)
        {
            var end = at;
            while (end < source.Length && source[end] == c) end++;
            return end - at;
        }

        private bool Ahead(string text) => string.CompareOrdinal(source, at, text, 0, text.Length) == 0;

        private int After(string text, int from) => source.IndexOf(text, from, StringComparison.Ordinal) is >= 0 and var found ? found + text.Length : -1;

        private void Blank(int count) => BlankTo(at + count);

        private void BlankTo(int end)
        {
            end = end < 0 ? source.Length : Math.Min(end, source.Length);
            for (; at < end; at++)
            {
                if (source[at] != '\n') kept[at] = ' ';
            }
        }
    }
}
