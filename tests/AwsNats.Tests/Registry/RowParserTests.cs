using AwsNats.Registry;
using Xunit;

namespace AwsNats.Tests.Registry;

/// <summary>A raw row becomes typed values, or a reason.</summary>
public sealed class RowParserTests
{
    private const long Epoch = 1_700_000_000;

    [Theory]
    [InlineData("1700000000", Epoch)]
    [InlineData("1.7E+9", Epoch)]
    [InlineData("1700000000.25", Epoch + 0.25)]
    [InlineData("0", 0)]
    [InlineData("9999999999", 9_999_999_999)]
    public void A_time_in_epoch_seconds_is_read_as_DynamoDB_prints_it(string text, double seconds) =>
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(seconds), RowParser.Seconds(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("-1")]
    [InlineData("10000000000")] // beyond the year 2286: milliseconds, or nonsense
    [InlineData("1700000000000")]
    [InlineData("9.9999999999999999999999999999999999999E+125")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1,700,000,000")]
    [InlineData("0x10")]
    [InlineData("１７００００００００")]
    public void A_senseless_time_is_no_time(string? text) => Assert.Null(RowParser.Seconds(text));

    [Fact]
    public void A_row_without_a_time_is_a_fault_that_says_so()
    {
        var (parsed, fault) = RowParser.Parse(new Row("10.0.0.2", null), RosterStory.Rules);
        Assert.Null(parsed);
        Assert.Equal(new RowFault("10.0.0.2", "it has no time that is a number"), fault);
    }

    [Fact]
    public void A_row_with_a_senseless_time_is_a_fault_that_says_so() =>
        Assert.Equal("its time is not a number of epoch seconds", RowParser.Parse(new Row("10.0.0.2", "-5"), RosterStory.Rules).Fault!.Reason);

    [Fact]
    public void A_row_with_a_bad_ip_is_a_fault_that_names_the_ip_as_the_culprit() =>
        Assert.Equal("its ip is not an IP address", RowParser.Parse(new Row("eve", "1700000000"), RosterStory.Rules).Fault!.Reason);

    [Theory]
    [InlineData("starting", NodeStatus.Starting)]
    [InlineData("working", NodeStatus.Working)]
    [InlineData("error", NodeStatus.Error)]
    [InlineData("draining", NodeStatus.Draining)]
    [InlineData("Working", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    internal void The_four_words_of_status_are_known_and_no_others(string? text, NodeStatus? expected) => Assert.Equal(expected, RowParser.Status(text));
}
