using AwsNats.Agent;
using AwsNats.Health;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Telemetry;
using Xunit;

namespace AwsNats.Tests.Telemetry;

/// <summary>What the messages say, and what they never repeat.</summary>
public sealed class MessagesTests
{
    [Fact]
    public void A_poisoned_rows_key_is_shortened_and_made_plain()
    {
        var line = Messages.RowsIgnored([new RowFault($"\u001b[2J\nä{new string('x', 994)}", "its ip is 1000 characters long")]).Single();
        Assert.Equal($"?[2J??{new string('x', 74)}... (1000 characters)", line.Fields.Single().Value);
    }

    [Fact]
    public void A_key_of_half_characters_is_made_plain() =>
        Assert.Equal("??", Messages.RowDeleted("\ud800\udc00", null).Fields.Single().Value);

    [Fact]
    public void A_thousand_poisoned_rows_are_six_lines()
    {
        var lines = Messages.RowsIgnored(Enumerable.Range(0, 1000).Select(i => new RowFault($"evil {i}", "its ip is not an IP address"))).ToList();
        Assert.Equal(6, lines.Count);
        Assert.Equal("995", lines[^1].Fields.Single().Value);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(0)]
    public void A_few_poisoned_rows_are_a_line_each(int rows) =>
        Assert.Equal(rows, Messages.RowsIgnored(Enumerable.Range(0, rows).Select(i => new RowFault($"evil {i}", "its ip is not an IP address"))).Count());

    [Fact]
    public void The_agents_end_names_its_code_and_what_it_means()
    {
        var line = Messages.AgentEnds(ExitCode.ServerKeptDying);
        Assert.Equal(LogLevel.Error, line.Level);
        Assert.Equal([new("exit_code", "70"), new("meaning", "ServerKeptDying")], line.Fields);
    }

    [Fact]
    public void An_end_as_asked_is_no_error() => Assert.Equal(LogLevel.Info, Messages.AgentEnds(ExitCode.Stopped).Level);

    [Fact]
    public void A_bug_is_told_with_its_trace_and_what_to_do()
    {
        var line = Messages.Bug(new InvalidOperationException("oops"));
        Assert.Contains("report", line.Message);
        Assert.Contains("oops", line.Fields.Single().Value);
    }

    [Theory]
    [InlineData(2, 2, LogLevel.Info)]
    [InlineData(2, 1, LogLevel.Warn)]
    [InlineData(0, 0, LogLevel.Info)]
    internal void A_peer_without_a_route_is_a_warning(int peers, int routes, LogLevel level) => Assert.Equal(level, Messages.Summary(peers, routes).Level);

    [Fact]
    public void An_instance_in_no_group_is_no_error() =>
        Assert.Equal(LogLevel.Info, Messages.ReportImpossible(new ReportAnswer(ReportOutcome.NotInGroup, "in no group")).Level);

    [Fact]
    public void A_peer_is_printed_as_it_stands_in_the_file() =>
        Assert.Equal([new("peer", "fd00::2"), new("port", "7244")], Messages.PeerJoined(new Peer("fd00::2", 7244)).Fields);
}
