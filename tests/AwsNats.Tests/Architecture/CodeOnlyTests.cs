using Xunit;

namespace AwsNats.Tests.Architecture;

public sealed class CodeOnlyTests
{
    [Theory]
    [InlineData("a // b", "a")]
    [InlineData("a /* b\n b */ c", "a c")]
    [InlineData("a \"b\" c", "a \" \" c")]
    [InlineData("a \"b\\\"b\" c", "a \" \" c")]
    [InlineData("a @\"b\\\" c", "a @\" \" c")]
    [InlineData("a @\"b\"\"b\" c", "a @\" \" c")]
    [InlineData("a \"\" c", "a \"\" c")]
    [InlineData("a '\"' c", "a c")]
    [InlineData("a '\\'' c '\\\\' d", "a c d")]
    [InlineData("a $\"b{c}b\" d", "a $\" {c} \" d")]
    [InlineData("a $\"b{{b}}b{c(\"b\", '}')}b\" d", "a $\" {c(\" \", )} \" d")]
    [InlineData("a $@\"b{c}\"\"b\\\" d", "a $@\" {c} \" d")]
    [InlineData("a \"\"\"b\"b\nb\"\"\" c", "a \"\"\" \"\"\" c")]
    [InlineData("a $$\"\"\"b{b}{{c}}b\"\"\" d", "a $$\"\"\" {{c}} \"\"\" d")]
    [InlineData("a \"// b\" c", "a \" \" c")]
    [InlineData("a \"b", "a \"")]
    [InlineData("a /* b", "a")]
    public void Only_code_is_kept(string source, string code)
    {
        var kept = CodeOnly.Of(source);
        Assert.Equal(source.Length, kept.Length);
        Assert.Equal(code, string.Join(' ', kept.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public void Lines_stay_where_they_are() =>
        Assert.Equal("src/AwsNats/A.cs:4: b", new SourceFile("A.cs", "/* a\na */\n\n  b").Find(new("b")).Single());
}
