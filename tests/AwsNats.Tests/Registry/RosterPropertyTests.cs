using AwsNats.Registry;
using CsCheck;
using Xunit;

namespace AwsNats.Tests.Registry;

/// <summary>What holds whatever is in the table.</summary>
public sealed class RosterPropertyTests
{
    private static readonly Gen<(Row[] Rows, int Pause, bool Trusted)[]> AnyReads =
        Gen.Select(Strangers.AnyRow.Array[0, 12], Gen.Int[0, 60], Gen.Bool, (rows, pause, trusted) => (rows, pause, trusted)).Array[1, 8];

    [Fact]
    public void No_table_makes_a_read_throw_or_lets_a_poisoned_host_through() =>
        AnyReads.Sample(reads =>
        {
            var story = new RosterStory();
            var at = 0;
            foreach (var (rows, pause, trusted) in reads)
            {
                at += pause;
                if (trusted) story.Read(at, rows);
                else story.ReadUntrusted(at, rows);
                Assert.All(story.Roster.Entries.Values, entry => Assert.All(entry.Host, c => Assert.True(char.IsAsciiHexDigit(c) || c is ':' or '.')));
                Assert.All(story.Roster.Entries.Values, entry => Assert.InRange(entry.Port, 1, 65535));
                Assert.All(story.Deletable(), key => Assert.Contains(rows, row => row.Ip == key));
            }
        });

    [Fact]
    public void The_order_in_which_a_table_is_read_makes_no_difference_to_the_routes() =>
        Strangers.AnyRow.Array[0, 12].Select(rows => rows.DistinctBy(row => row.Ip).ToArray()).Sample(rows =>
            Assert.Equal(Routes(new RosterStory().Read(0, rows)), Routes(new RosterStory().Read(0, [.. rows.Reverse()]))));

    [Fact]
    public void A_row_that_changes_with_every_read_is_live_from_the_second_on_whatever_its_times_are() =>
        Gen.Int[0, 2_000_000_000].Array[2, 10].Where(times => times.Zip(times.Skip(1)).All(pair => pair.First != pair.Second)).Sample(times =>
        {
            var story = new RosterStory();
            for (var i = 0; i < times.Length; i++)
            {
                story.Read(i * 10, new Row("10.0.0.2", $"{times[i]}"));
                if (i > 0) Assert.Equal(Standing.Live, story["10.0.0.2"]);
            }
        });

    [Fact]
    public void Thousands_of_stale_and_poisoned_rows_are_judged_quickly()
    {
        Row[] rows =
        [
            .. Enumerable.Range(0, 5_000).Select(i => RosterStory.Row($"10.1.{i / 250}.{i % 250 + 1}", -100_000)),
            .. Enumerable.Range(0, 5_000).Select(i => RosterStory.Row($"fd00::{i + 1:x}", -100_000)),
            .. Enumerable.Range(0, 5_000).Select(i => RosterStory.Row($"evil {i} {new string('x', 1000)}", 0)),
            RosterStory.Row("10.0.0.2", 0),
        ];
        var story = new RosterStory().Read(0, rows);
        var began = TimeProvider.System.GetTimestamp();
        story.Read(10, rows);
        // Takes 50 ms on a slow machine; an algorithm of the wrong order would take a minute.
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(3));
        Assert.Equal(10_001, story.Roster.Entries.Count);
        Assert.Equal(5_000, story.Roster.Faults.Count);
        Assert.Equal("10.0.0.2", Assert.Single(story.Roster.Routes).Host);
    }

    private static string[] Routes(RosterStory story) =>
        [.. story.Roster.Routes.Select(entry => entry.Host).Order()];
}
