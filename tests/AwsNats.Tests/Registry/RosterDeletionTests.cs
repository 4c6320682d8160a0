using AwsNats.Registry;
using Xunit;
using static AwsNats.Tests.Registry.RosterStory;

namespace AwsNats.Tests.Registry;

/// <summary>Whose row may be deleted: the long watched dead, and nobody else. delete-timeout is 120 s here.</summary>
public sealed class RosterDeletionTests
{
    private const string Peer = "10.0.0.2";

    [Fact]
    public void A_row_watched_without_a_change_for_delete_timeout_is_not_deleted_yet() =>
        Assert.Empty(new RosterStory().ReadEvery10(0, 120, Row(Peer, 0)).Deletable());

    [Fact]
    public void A_row_watched_without_a_change_for_longer_than_delete_timeout_is_deleted() =>
        Assert.Equal([Peer], new RosterStory().ReadEvery10(0, 130, Row(Peer, 0)).Deletable());

    [Fact]
    public void Age_alone_deletes_nothing_however_great() =>
        Assert.Empty(new RosterStory().ReadEvery10(0, 120, Row(Peer, -100_000_000)).Deletable());

    [Fact]
    public void A_row_from_the_future_that_never_changes_is_deleted_like_any_other() =>
        Assert.Equal([Peer], new RosterStory().ReadEvery10(0, 130, Row(Peer, 100_000)).Deletable());

    [Fact]
    public void A_row_that_changed_on_the_way_is_not_deleted() =>
        Assert.Empty(new RosterStory().ReadEvery10(0, 100, Row(Peer, 0)).ReadEvery10(110, 200, Row(Peer, 105)).Deletable());

    [Fact]
    public void An_outage_starts_the_watch_anew() =>
        Assert.Empty(new RosterStory().ReadEvery10(0, 110, Row(Peer, 0)).ReadEvery10(200, 320, Row(Peer, 0)).Deletable());

    [Fact]
    public void Outages_do_not_keep_a_dead_row_for_ever() =>
        Assert.Equal([Peer], new RosterStory().ReadEvery10(0, 110, Row(Peer, 0)).ReadEvery10(200, 330, Row(Peer, 0)).Deletable());

    [Fact]
    public void While_our_own_writes_fail_the_watch_does_not_grow()
    {
        var story = new RosterStory().ReadEvery10(0, 100, Row(Peer, 0));
        for (var at = 110; at <= 400; at += 10) story.ReadUntrusted(at, Row(Peer, 0));
        Assert.Empty(story.Deletable());
    }

    [Fact]
    public void Our_own_row_is_never_deleted() =>
        Assert.Empty(new RosterStory().ReadEvery10(0, 1000, Row("10.0.0.1", 0), Row("10.0.0.01", 0)).Deletable());

    [Fact]
    public void A_row_that_is_no_peers_is_never_deleted() =>
        Assert.Empty(new RosterStory().ReadEvery10(0, 1000, Row("169.254.169.254", 0), Row("\"} evil", 0), new Row("10.0.0.9", null)).Deletable());

    [Fact]
    public void A_row_that_says_error_stays_until_it_expires()
    {
        var error = Row(Peer, 0, "error", expiresAt: 500);
        Assert.Empty(new RosterStory().ReadEvery10(0, 490, error).Deletable());
        Assert.Equal([Peer], new RosterStory().ReadEvery10(0, 500, error).Deletable());
    }

    [Fact]
    public void An_error_row_without_an_expiry_goes_like_any_other() =>
        Assert.Equal([Peer], new RosterStory().ReadEvery10(0, 130, Row(Peer, 0, "error")).Deletable());

    [Theory]
    [InlineData(0)]
    [InlineData(9_000_000)] // a time of the future beside it makes the expiry no better
    public void An_error_row_does_not_stay_for_longer_than_any_of_ours_would(double writtenAt) =>
        Assert.Equal([Peer], new RosterStory().ReadEvery10(0, 130, Row(Peer, writtenAt, "error", expiresAt: 9_100_000)).Deletable());

    [Fact]
    public void Only_error_rows_stay_until_they_expire() =>
        Assert.Equal([Peer], new RosterStory().ReadEvery10(0, 130, Row(Peer, 0, "working", expiresAt: 86_400)).Deletable());

    [Fact]
    public void The_time_to_delete_by_is_the_very_text_that_was_read() =>
        Assert.Equal("1.7E+9", new RosterStory().ReadEvery10(0, 130, new Row(Peer, "1.7E+9")).Roster.Deletable(Start.AddSeconds(130)).Single().TimeText);

    [Fact]
    public void The_key_to_delete_by_is_the_very_text_that_was_read() =>
        Assert.Equal(["FD00:0::2"], new RosterStory().ReadEvery10(0, 130, Row("FD00:0::2", 0)).Deletable());
}
