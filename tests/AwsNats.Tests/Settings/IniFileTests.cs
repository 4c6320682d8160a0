using AwsNats.Settings;
using Xunit;

namespace AwsNats.Tests.Settings;

public sealed class IniFileTests
{
    [Theory]
    [InlineData("servers-timeout = 40")]
    [InlineData("servers-timeout=40")]
    [InlineData("servers-timeout: 40")]
    [InlineData("servers-timeout\t=\t40\t")]
    [InlineData("SERVERS_Timeout = 40  ")]
    public void A_key_is_read_in_every_spelling_the_original_script_took(string line) =>
        Assert.Equal(TimeSpan.FromSeconds(40), Reading.Settings(Reading.Of($"[general]\n{line}\n")).ServersTimeout);

    [Theory]
    [InlineData("[general]")]
    [InlineData("[General]")]
    [InlineData("[ general ]")]
    [InlineData("  [general]")]
    [InlineData("[general] ; about time")]
    [InlineData("[general] # about time")]
    public void A_section_is_read_in_any_case_and_may_be_followed_by_a_comment(string header) =>
        Assert.Equal(TimeSpan.FromSeconds(40), Reading.Settings(Reading.Of($"{header}\nservers-timeout = 40\n")).ServersTimeout);

    [Theory]
    [InlineData("a;b")]
    [InlineData("a ; b # c")]
    [InlineData("#a")]
    [InlineData("=a=b:c")]
    [InlineData(":a")]
    [InlineData("\"a\"")]
    [InlineData("'a'")]
    [InlineData("a\\")]
    [InlineData("[a]")]
    [InlineData("%a $b {c}")]
    [InlineData("$2a$11$abcdefghijklmnopqrstuuKZzJ1rFkpC6Z3cHgB7lYQ5Yt0cX1Zx2")]
    [InlineData("пароль 密码 🔑")]
    public void A_value_may_hold_any_character(string password) =>
        Assert.Equal(password, Reading.Settings(Reading.Of($"[user]\nnats_user = u\nnats_pass = {password}\n")).NatsPassword!.Reveal());

    [Fact]
    public void The_first_of_both_separators_counts() =>
        Assert.Equal("b=c", Reading.Settings(Reading.Of("[user]\nnats_user:b=c\nnats_pass=d\n")).NatsUser);

    [Fact]
    public void Whole_lines_of_comments_and_empty_lines_are_skipped() =>
        Assert.Equal(TimeSpan.FromSeconds(40), Reading.Settings(Reading.Of("# a\n; b\n\n[general]\n  # c\n\t; d = e\nservers-timeout = 40\n  ; f\n")).ServersTimeout);

    [Fact]
    public void A_byte_order_mark_and_windows_line_ends_are_accepted() =>
        Assert.Equal(TimeSpan.FromSeconds(40), Reading.Settings(Reading.Of("\uFEFF[general]\r\nservers-timeout = 40\r\n")).ServersTimeout);

    [Fact]
    public void A_last_line_without_a_line_end_is_read() =>
        Assert.Equal("rows", Reading.Settings(Reading.Bare("[DynamoDB]\ntable = rows")).Table);

    [Fact]
    public void A_file_that_is_indented_as_a_whole_is_read() =>
        Assert.Equal(TimeSpan.FromSeconds(40), Reading.Settings(Reading.Of("  [general]\n    servers-timeout = 40\n    delete-timeout = 80\n")).ServersTimeout);

    [Fact]
    public void An_indented_line_below_a_key_is_an_error_that_shows_nothing_of_it()
    {
        var error = Reading.OneError(Reading.Of("[user]\nnats_user = u\nnats_pass = hush\n  hush2 = hush3\n"));
        Assert.StartsWith("aws-nats.conf:4: is indented under 'nats_pass' of line 3: the original script would have joined it", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_indented_section_below_a_key_is_an_error_too() =>
        Assert.Contains(Reading.Lines(Reading.Of("[general]\nservers-timeout = 40\n  [user]\n")),
            line => line.StartsWith("aws-nats.conf:3: is indented under", StringComparison.Ordinal));

    [Fact]
    public void A_key_given_twice_is_an_error_that_names_both_lines() =>
        Assert.Equal("aws-nats.conf:3: [general] servers_timeout: is set here and at line 2: keep one of them",
            Reading.OneError(Reading.Of("[general]\nservers-timeout = 40\nservers_timeout = 50\n")));

    [Fact]
    public void A_section_given_twice_is_an_error_that_names_both_lines() =>
        Assert.Equal("aws-nats.conf:3: [General]: the section stands here and at line 1: put its settings together",
            Reading.OneError(Reading.Of("[general]\nservers-timeout = 40\n[General]\ndelete-timeout = 50\n")));

    [Fact]
    public void A_key_before_any_section_is_an_error() =>
        Assert.Equal("aws-nats.conf:1: 'servers-timeout' stands before any [section]", Reading.OneError(Reading.Of("servers-timeout = 40\n")));

    [Theory]
    [InlineData("hush", "is neither 'key = value', a [section] nor a comment")]
    [InlineData("= hush", "has no key before '='")]
    [InlineData("[general", "begins a section but has no closing ]")]
    [InlineData("[]", "names no section between [ and ]")]
    [InlineData("[health] hush", "has text after [health]: a setting belongs on a line of its own")]
    [InlineData("na\u0001me = 1", "has a control character (U+0001 at position 3) in its key")]
    [InlineData("[na\u007fme]", "has a control character (U+007F at position 3) in the name of a section")]
    public void A_line_of_no_known_form_is_an_error(string line, string what) =>
        Assert.Equal($"aws-nats.conf:2: {what}", Reading.OneError(Reading.Of($"[general]\n{line}\n")));

    [Theory]
    [InlineData('\0', "a control character (U+0000 at position 2) (is the file UTF-16? save it as UTF-8)")]
    [InlineData('\u0007', "a control character (U+0007 at position 2)")]
    [InlineData('\t', "a control character (U+0009 at position 2)")]
    [InlineData('\r', "a control character (U+000D at position 2)")]
    [InlineData('\u0085', "a control character (U+0085 at position 2)")]
    public void A_control_character_in_a_value_is_an_error(char control, string what) =>
        Assert.Equal($"aws-nats.conf:2: [cluster] name: the value has {what}", Reading.OneError(Reading.Of($"[cluster]\nname = a{control}b\n")));

    [Fact]
    public void The_keys_of_a_section_without_a_name_give_no_further_errors() =>
        Assert.Equal(["aws-nats.conf:1: names no section between [ and ]", "aws-nats.conf:3: is neither 'key = value', a [section] nor a comment"],
            Reading.Lines(Reading.Of("[]\nservers-timeout = abc\nnonsense\n")));

    [Fact]
    public void Lines_are_counted_from_one_over_comments_and_empty_lines() =>
        Assert.Equal(5, Assert.Single(IniFile.Parse("\n# a\n\n[s]\nkey = value\n").Entries).Line);
}
