using System.Text;
using System.Text.Json;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Telemetry;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AwsNats.Tests.Telemetry;

/// <summary>One event, one line, whatever strangers put into its values.</summary>
public sealed class LogTests
{
    /// <summary>Whatever some terminal, editor or log shipper takes for the end of a line (Unicode Standard, 5.8).</summary>
    private const string LineEnds = "\n\r\v\f\u0085\u2028\u2029";

    /// <summary>Marks and overrides that show a line's parts in another order than they stand (UTS 55).</summary>
    private const string Reorderers = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069";

    private static readonly string[] Hard =
    [
        "\n", "\r", "\r\n", "\t", "\v", "\f", "\0", "\u001b[31m", "\u001b]0;title\a", "\u009b31m", "\u0085", "\u2028", "\u2029", "\u202e", "\u2066", "\u200f", "\u007f", "\ud800", "\udc00",
        "\"", "\\", "\\n", "=", " ", " level=error", "msg=\"x\"", "ä", "😀", "", "word", "{}", "</script>",
    ];

    private static readonly Gen<string> AnyText =
        Gen.OneOf(Gen.Int[0, Hard.Length - 1].Select(i => Hard[i]).Array[0, 8].Select(string.Concat), Gen.String[0, 40]);

    [Fact]
    public void A_text_line_is_time_level_event_fields_and_message() => Assert.Equal(
        "2025-03-04T12:00:00.000Z warn some_event key=value other=\"two words\" msg=\"what to do\"\n",
        Text(new LogLine(LogLevel.Warn, "some_event", "what to do", [new("key", "value"), new("other", "two words")])));

    [Theory]
    [InlineData("word", "word")]
    [InlineData("10.0.0.1:4222", "10.0.0.1:4222")]
    [InlineData("", "\"\"")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("a=b", "\"a=b\"")]
    [InlineData("say \"x\"", "\"say \\\"x\\\"\"")]
    [InlineData("back\\slash", "\"back\\\\slash\"")]
    [InlineData("two\nlines", "\"two\\nlines\"")]
    [InlineData("bell\a", "\"bell?\"")]
    [InlineData("\u001b[31mred", "\"?[31mred\"")]
    [InlineData("\u009b31mred", "\"?31mred\"")]
    [InlineData("two\u2028lines", "\"two?lines\"")]
    [InlineData("two\u2029lines", "\"two?lines\"")]
    [InlineData("\u202edlrow", "\"?dlrow\"")]
    [InlineData("bücher", "bücher")]
    public void A_value_is_bare_when_it_is_a_word_and_else_quoted_and_harmless(string value, string written) =>
        Assert.Equal($"2025-03-04T12:00:00.000Z info e k={written}\n", Text(Line(value)));

    [Fact]
    public void A_text_line_stays_one_line_and_harmless_whatever_is_in_it() =>
        AnyText.Sample(value => AssertHarmless(Text(Line(value, value))));

    [Fact]
    public void A_JSON_line_stays_one_line_and_harmless_whatever_is_in_it() =>
        AnyText.Sample(value => AssertHarmless(Json(Line(value, value))));

    [Fact]
    public void A_JSON_line_parses_and_gives_back_its_values() =>
        AnyText.Where(text => !text.Any(char.IsSurrogate)).Sample(value =>
        {
            using var json = JsonDocument.Parse(Json(Line(value, value)));
            Assert.Equal(value, json.RootElement.GetProperty("k").GetString());
            Assert.Equal(value, json.RootElement.GetProperty("msg").GetString());
        });

    [Theory]
    [InlineData("\ud800")]
    [InlineData("a\udc00b")]
    public void A_JSON_line_parses_even_with_half_a_character_in_it(string value)
    {
        using var json = JsonDocument.Parse(Json(Line(value, value)));
        Assert.Equal("e", json.RootElement.GetProperty("event").GetString());
    }

    [Fact]
    public void A_JSON_line_has_time_level_and_event() => Assert.Equal(
        "{\"time\":\"2025-03-04T12:00:00.000Z\",\"level\":\"error\",\"event\":\"e\",\"k\":\"v\",\"msg\":\"m\"}\n",
        Json(new LogLine(LogLevel.Error, "e", "m", [new("k", "v")])));

    [Fact]
    public void An_event_is_written_at_once_and_in_one_piece()
    {
        var output = new Pieces();
        new Log(output, LogFormat.Text, Clock()).Write(Line("v"));
        Assert.Equal(["2025-03-04T12:00:00.000Z info e k=v\n", "flush"], output.Seen);
    }

    [Fact]
    public void Lines_of_many_threads_do_not_mix()
    {
        var output = new StringWriter();
        var log = new Log(output, LogFormat.Text, Clock());
        Parallel.For(0, 500, i => log.Write(Line($"{i}", new string('x', 100))));
        Assert.All(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), line =>
            Assert.Matches("^2025-03-04T12:00:00.000Z info e k=[0-9]+ msg=x{100}$", line));
    }

    [Fact]
    public void A_full_disk_behind_standard_error_is_no_reason_to_stop_working() =>
        new Log(new FullDisk(), LogFormat.Text, Clock()).Write(Line("v"));

    [Fact]
    public void A_secret_never_prints()
    {
        var secret = new Secret("hunter2");
        var settings = new AgentSettings { NatsPassword = secret, RoutePassword = secret };
        Assert.DoesNotContain("hunter2", $"{secret} {settings} {new AccessPart("u", secret, null, "r", secret)}");
        Assert.DoesNotContain("hunter2", new InvalidOperationException($"{settings}").ToString());
    }

    [Fact]
    public void Secrets_are_equal_when_what_they_hide_is() =>
        Assert.True(new Secret("a") == new Secret("a") && new Secret("a") != new Secret("b"));

    private static void AssertHarmless(string written)
    {
        Assert.EndsWith("\n", written);
        Assert.All(written[..^1], c => Assert.False(char.IsControl(c) || LineEnds.Contains(c) || Reorderers.Contains(c), $"U+{(int)c:X4} in a line"));
    }

    private static LogLine Line(string value, string? message = null) => new(LogLevel.Info, "e", message, [new("k", value)]);

    private static string Text(LogLine line) => Written(line, LogFormat.Text);

    private static string Json(LogLine line) => Written(line, LogFormat.Json);

    private static string Written(LogLine line, LogFormat format)
    {
        var output = new StringWriter();
        new Log(output, format, Clock()).Write(line);
        return output.ToString();
    }

    private static FakeTimeProvider Clock() => new(new DateTimeOffset(2025, 3, 4, 12, 0, 0, TimeSpan.Zero));

    private sealed class Pieces : TextWriter
    {
        public List<string> Seen { get; } = [];

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(string? value) => Seen.Add(value!);

        public override void Write(char value) => Seen.Add($"{value}");

        public override void Flush() => Seen.Add("flush");
    }

    private sealed class FullDisk : TextWriter
    {
        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value) => throw new IOException("no space left on device");

        public override void Write(string? value) => throw new IOException("no space left on device");
    }
}
