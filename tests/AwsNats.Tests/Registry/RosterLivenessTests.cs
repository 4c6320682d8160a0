using AwsNats.Registry;
using AwsNats.ServerConfig;
using Xunit;
using static AwsNats.Tests.Registry.RosterStory;

namespace AwsNats.Tests.Registry;

/// <summary>Who is live: by change on our clock; by age only at first sight.</summary>
public sealed class RosterLivenessTests
{
    private const string Peer = "10.0.0.2";
    private const double TenMinutes = 600; // seconds

    [Theory]
    [InlineData(0, Standing.Live)]
    [InlineData(30, Standing.Live)]
    [InlineData(30.001, Standing.Silent)]
    [InlineData(86_400, Standing.Silent)]
    internal void At_first_sight_a_row_is_judged_by_its_age(double age, Standing expected) =>
        Assert.Equal(expected, new RosterStory().Read(0, Row(Peer, -age))[Peer]);

    [Theory]
    [InlineData(5, Standing.Live)]
    [InlineData(6, Standing.Silent)]
    [InlineData(TenMinutes, Standing.Silent)]
    internal void At_first_sight_a_row_from_the_future_is_live_only_within_the_headers_coarseness(double ahead, Standing expected) =>
        Assert.Equal(expected, new RosterStory().Read(0, Row(Peer, ahead))[Peer]);

    [Theory]
    [InlineData(TenMinutes)]
    [InlineData(-TenMinutes)]
    public void A_host_whose_clock_is_ten_minutes_off_is_live_while_its_row_changes(double off)
    {
        var story = new RosterStory().Read(0, Row(Peer, off));
        for (var at = 10; at <= 3600; at += 10)
        {
            story.Read(at, Row(Peer, at + off));
            Assert.Equal(Standing.Live, story[Peer]);
        }
    }

    [Theory]
    [InlineData(TenMinutes)]
    [InlineData(-TenMinutes)]
    public void A_step_of_AWSs_clock_as_we_see_it_evicts_nobody(double step)
    {
        var before = new RosterStory().Read(0, Row(Peer, 0)).Roster;
        var stepped = Roster.Judge(before, [Row(Peer, 0)], TimeSpan.FromSeconds(10), Start.AddSeconds(10 + step), trusted: true, Rules);
        Assert.Equal(Standing.Live, stepped.Entries[Peer].Standing);
    }

    [Fact]
    public void A_row_whose_time_goes_backwards_has_changed_and_is_live() =>
        Assert.Equal(Standing.Live, new RosterStory().ReadEvery10(0, 30, Row(Peer, 0)).Read(40, Row(Peer, -TenMinutes))[Peer]);

    [Fact]
    public void A_row_from_the_future_that_never_changes_never_becomes_live()
    {
        var story = new RosterStory();
        for (var at = 0; at <= 1200; at += 10)
        {
            story.Read(at, Row(Peer, TenMinutes));
            Assert.NotEqual(Standing.Live, story[Peer]);
        }
    }

    [Fact]
    public void A_row_from_the_future_becomes_live_with_its_first_change() =>
        Assert.Equal(Standing.Live, new RosterStory().Read(0, Row(Peer, TenMinutes)).Read(10, Row(Peer, TenMinutes + 10))[Peer]);

    [Theory]
    [InlineData(30, Standing.Live)]
    [InlineData(40, Standing.Silent)]
    internal void A_row_that_stops_changing_is_silent_after_servers_timeout_of_watching(double until, Standing expected) =>
        Assert.Equal(expected, new RosterStory().ReadEvery10(0, until, Row(Peer, 0))[Peer]);

    [Fact]
    public void Age_at_first_sight_counts_towards_silence() =>
        Assert.Equal(Standing.Silent, new RosterStory().ReadEvery10(0, 20, Row(Peer, -25))[Peer]);

    [Fact]
    public void Who_looks_live_at_first_sight_gets_a_beat_and_a_half_to_write_again() =>
        Assert.Equal(Standing.Live, new RosterStory().ReadEvery10(0, 10, Row(Peer, -25))[Peer]);

    [Fact]
    public void A_silent_row_that_changes_is_live_again() =>
        Assert.Equal(Standing.Live, new RosterStory().ReadEvery10(0, 60, Row(Peer, 0)).Read(70, Row(Peer, 65))[Peer]);

    [Fact]
    public void A_change_starts_the_count_anew()
    {
        var story = new RosterStory().ReadEvery10(0, 30, Row(Peer, 0)).ReadEvery10(40, 70, Row(Peer, 35));
        Assert.Equal(Standing.Live, story[Peer]);
        Assert.Equal(Standing.Silent, story.Read(80, Row(Peer, 35))[Peer]);
    }

    [Fact]
    public void A_gap_between_reads_gives_the_live_a_whole_servers_timeout_again()
    {
        var story = new RosterStory().ReadEvery10(0, 20, Row(Peer, 0)).Read(120, Row(Peer, 0));
        Assert.Equal(Standing.Live, story[Peer]);
        Assert.Equal(Standing.Live, story.ReadEvery10(130, 150, Row(Peer, 0))[Peer]);
        Assert.Equal(Standing.Silent, story.Read(160, Row(Peer, 0))[Peer]);
    }

    [Fact]
    public void A_gap_between_reads_does_not_wake_the_silent() =>
        Assert.Equal(Standing.Silent, new RosterStory().ReadEvery10(0, 40, Row(Peer, 0)).Read(140, Row(Peer, 0))[Peer]);

    [Fact]
    public void A_beat_stretched_to_the_utmost_by_throttling_and_a_slow_answer_is_no_gap() =>
        Assert.Equal(Standing.Silent, new RosterStory().Read(0, Row(Peer, 0)).Read(24, Row(Peer, 0)).Read(48, Row(Peer, 0))[Peer]);

    [Fact]
    public void While_our_own_writes_fail_silence_counts_nothing()
    {
        var story = new RosterStory().Read(0, Row(Peer, 0));
        for (var at = 10; at <= 600; at += 10) story.ReadUntrusted(at, Row(Peer, 0));
        Assert.Equal(Standing.Live, story[Peer]);
        Assert.Equal(Standing.Live, story.Read(610, Row(Peer, 0))[Peer]);
    }

    [Fact]
    public void A_single_failed_write_of_ours_does_not_hide_a_dead_peer() =>
        Assert.Equal(Standing.Silent, new RosterStory().Read(0, Row(Peer, 0)).Read(10, Row(Peer, 0)).ReadUntrusted(20, Row(Peer, 0))
            .Read(30, Row(Peer, 0)).Read(40, Row(Peer, 0))[Peer]);

    [Fact]
    public void Silence_before_a_change_that_an_untrusted_read_saw_is_not_counted_afterwards()
    {
        var story = new RosterStory().Read(0, Row(Peer, 0)).Read(10, Row(Peer, 0)).ReadUntrusted(29, Row(Peer, 28)).Read(34, Row(Peer, 28));
        Assert.Equal(TimeSpan.FromSeconds(5), story.Entry(Peer)!.Silence);
    }

    [Theory]
    [InlineData(-10_000)]
    [InlineData(10_000)]
    public void At_the_first_read_whom_an_earlier_life_knew_gets_a_whole_servers_timeout_whatever_its_row_says(double writtenAt)
    {
        var story = new RosterStory { Earlier = [new Peer(Peer, 7244)] }.ReadEvery10(0, 30, Row(Peer, writtenAt), Row("10.0.0.3", writtenAt));
        Assert.Equal((Standing.Live, Standing.Silent), (story[Peer], story["10.0.0.3"]));
        Assert.Equal(Standing.Silent, story.Read(40, Row(Peer, writtenAt))[Peer]);
    }

    [Fact]
    public void An_earlier_life_knows_hosts_not_rows() =>
        Assert.Null(new RosterStory { Earlier = [new Peer(Peer, 7244)] }.Read(0)[Peer]);

    [Fact]
    public void A_change_is_believed_even_while_our_own_writes_fail() =>
        Assert.Equal(Standing.Live, new RosterStory().ReadEvery10(0, 60, Row(Peer, 0)).ReadUntrusted(70, Row(Peer, 65))[Peer]);

    [Fact]
    public void A_row_that_is_gone_is_no_member() => Assert.Null(new RosterStory().Read(0, Row(Peer, 0)).Read(10)[Peer]);

    [Fact]
    public void A_row_that_comes_back_is_a_stranger_again() =>
        Assert.Equal(Standing.Silent, new RosterStory().Read(0, Row(Peer, 0)).Read(10).Read(20, Row(Peer, -100))[Peer]);

    [Theory]
    [InlineData("working", true)]
    [InlineData("starting", true)]
    [InlineData("draining", true)]
    [InlineData("error", false)]
    [InlineData("no such status", true)]
    [InlineData(null, true)]
    public void A_live_row_is_a_route_unless_it_says_error(string? status, bool expected) =>
        Assert.Equal(expected, new RosterStory().Read(0, Row(Peer, 0, status)).Entry(Peer)!.IsRoute);

    [Fact]
    public void A_silent_row_is_no_route() => Assert.False(new RosterStory().Read(0, Row(Peer, -31)).Entry(Peer)!.IsRoute);

    [Fact]
    public void The_old_scripts_row_with_nothing_but_ip_and_time_is_a_peer_on_the_default_port() =>
        Assert.Equal(7244, new RosterStory().Read(0, new Row(Peer, Stamp(0))).Entry(Peer)!.Port);

    [Theory]
    [InlineData("6222", 6222)]
    [InlineData("1", 1)]
    [InlineData("65535", 65535)]
    [InlineData("0", 7244)]
    [InlineData("65536", 7244)]
    [InlineData("-1", 7244)]
    [InlineData("6222.5", 7244)]
    [InlineData("1e4", 7244)]
    [InlineData("99999999999999999999", 7244)]
    [InlineData("", 7244)]
    [InlineData("７２４４", 7244)]
    public void A_senseless_port_is_replaced_by_the_default(string port, int expected) =>
        Assert.Equal(expected, new RosterStory().Read(0, Row(Peer, 0, clusterPort: port)).Entry(Peer)!.Port);

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.1", "10.0.0.01")]
    [InlineData("10.0.0.1", "10.1")]
    [InlineData("10.0.0.1", "0x0a000001")]
    [InlineData("fd00::1", "FD00::1")]
    [InlineData("fd00::1", "fd00:0:0:0:0:0:0:1")]
    [InlineData("node-1.example", "NODE-1.Example")]
    public void Our_own_address_is_ignored_in_any_spelling_and_is_no_fault(string own, string row)
    {
        var roster = new RosterStory(Rules with { OwnAddress = own, AllowHostNames = true }).Read(0, Row(row, 0)).Roster;
        Assert.Empty(roster.Entries);
        Assert.Empty(roster.Faults);
    }

    [Theory]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("[10.0.0.1]")]
    [InlineData(" 10.0.0.1")]
    [InlineData("10.0.0.1:7244")]
    public void Our_own_address_in_disguise_is_no_peer(string disguise) =>
        Assert.Empty(new RosterStory().Read(0, Row(disguise, 0)).Roster.Entries);
}
