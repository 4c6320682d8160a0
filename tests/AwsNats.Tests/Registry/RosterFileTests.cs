using System.Collections.Immutable;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Tests.ServerConfig;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AwsNats.Tests.Registry;

public sealed class RosterFileTests : IDisposable
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;
    private static readonly ImmutableSortedSet<Peer> Three = [new("10.0.0.2", 7244), new("2001:db8::1", 7245), new("node-3.example", 7244)];
    private readonly FakeTimeProvider clock = new(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
    private readonly TemporaryDirectory directory = new();
    private readonly string path;

    public RosterFileTests() => path = directory.File("roster.json");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task What_was_saved_is_loaded()
    {
        Assert.Null(await Roster().SaveAsync(Three, Cancellation));
        var loaded = Roster().Load();
        Assert.Equal(Three, loaded.Peers);
        Assert.Equal(clock.GetUtcNow(), loaded.SavedAt);
        Assert.Null(loaded.Fault);
    }

    [Fact]
    public async Task The_file_is_one_line_of_json_for_its_owner_only()
    {
        await Roster().SaveAsync([new("10.0.0.2", 7244)], Cancellation);
        Assert.Equal("""{"saved":1700000000,"peers":[{"host":"10.0.0.2","port":7244}]}""", await File.ReadAllTextAsync(path, Cancellation));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, TemporaryDirectory.ModeOf(path));
        Assert.Single(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_unchanged_roster_is_not_written_again_not_even_after_a_restart(bool restarted)
    {
        var roster = Roster();
        await roster.SaveAsync(Three, Cancellation);
        if (restarted) (roster = Roster()).Load();
        clock.Advance(TimeSpan.FromHours(1));
        await roster.SaveAsync([.. Three], Cancellation);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), Roster().Load().SavedAt);
    }

    [Fact]
    public async Task A_changed_roster_replaces_the_old_one_even_by_an_empty_one()
    {
        var roster = Roster();
        await roster.SaveAsync(Three, Cancellation);
        await roster.SaveAsync([], Cancellation);
        Assert.Empty(Roster().Load().Peers);
    }

    [Fact]
    public void No_file_is_an_empty_roster_without_a_fault() => Assert.Equal(new([], null, null), Roster().Load());

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\0\0\0\0")]
    [InlineData("""{"saved":"yesterday"}""")]
    [InlineData("""{"saved":1,"peers":{}}""")]
    [InlineData("""{"saved":1,"peers":[1]}""")]
    [InlineData("""{"saved":1,"peers":[{"host":"10.0.0.2","port":"7244"}]}""")]
    [InlineData("""{"saved":1,"peers":[{"host":"10.0.0.2","port":99999999999}]}""")]
    public async Task A_file_that_is_no_roster_is_an_empty_one_with_the_reason(string text)
    {
        await File.WriteAllTextAsync(path, text, Cancellation);
        var loaded = Roster().Load();
        Assert.Empty(loaded.Peers);
        Assert.StartsWith($"{path} is not a roster", loaded.Fault);
    }

    [Theory]
    [InlineData("", 7244)]
    [InlineData(" 10.0.0.2", 7244)]
    [InlineData("10.0.0", 7244)]
    [InlineData("010.0.0.2", 7244)]
    [InlineData("256.0.0.1", 7244)]
    [InlineData("0x7f.1", 7244)]
    [InlineData("[::1]", 7244)]
    [InlineData("fe80::1%eth0", 7244)]
    [InlineData("2001:DB8::1", 7244)]
    [InlineData("host_name", 7244)]
    [InlineData("-host", 7244)]
    [InlineData("a..b", 7244)]
    [InlineData("host\\n}", 7244)]
    [InlineData("user:p@host", 7244)]
    [InlineData("10.0.0.2", 0)]
    [InlineData("10.0.0.2", -1)]
    [InlineData("10.0.0.2", 65536)]
    public async Task An_entry_that_is_no_peer_is_left_out_and_counted(string host, int port)
    {
        await File.WriteAllTextAsync(path,
            $$"""{"saved":1,"peers":[{"host":"{{host}}","port":{{port}}},{"host":"10.0.0.3","port":7244},null]}""", Cancellation);
        var loaded = Roster().Load();
        Assert.Equal([new Peer("10.0.0.3", 7244)], loaded.Peers);
        Assert.Contains("2 of 3 entries", loaded.Fault);
    }

    [Fact]
    public void Bytes_of_any_kind_never_throw() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        File.WriteAllBytes(path, bytes);
        Assert.NotNull(Roster().Load());
    }, iter: 300, threads: 1);

    [Fact]
    public async Task A_time_beyond_all_calendars_is_no_time()
    {
        await File.WriteAllTextAsync(path, """{"saved":9223372036854775807,"peers":[]}""", Cancellation);
        Assert.Null(Roster().Load().SavedAt);
    }

    [Fact]
    public void A_directory_in_the_files_place_is_an_empty_roster()
    {
        Directory.CreateDirectory(path);
        Assert.Empty(Roster().Load().Peers);
    }

    [Fact]
    public async Task A_file_too_long_for_a_roster_is_not_read()
    {
        await File.WriteAllTextAsync(path, new string(' ', (1 << 20) + 1), Cancellation);
        Assert.Contains("longer than any roster", Roster().Load().Fault);
    }

    [Fact]
    public async Task A_roster_that_cannot_be_written_says_so_and_tries_again_next_time()
    {
        Directory.CreateDirectory(path);
        var roster = Roster();
        Assert.StartsWith($"cannot write {path}: ", await roster.SaveAsync(Three, Cancellation));
        Directory.Delete(path);
        Assert.Null(await roster.SaveAsync(Three, Cancellation));
        Assert.Equal(Three, Roster().Load().Peers);
    }

    private RosterFile Roster() => new(path, clock);
}
