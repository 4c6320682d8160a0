using AwsNats.ServerConfig;
using Xunit;

namespace AwsNats.Tests.ServerConfig;

public sealed class ServerConfigFileTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;
    private readonly TemporaryDirectory directory = new();
    private readonly string path;

    public ServerConfigFileTests() => path = directory.File("nats.conf");

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task A_first_write_puts_the_text_in_place_for_its_owner_only()
    {
        Assert.Equal(new(ConfigOutcome.Written), await Config().WriteAsync("a: 1 # ä", Cancellation));
        Assert.Equal("a: 1 # ä", await File.ReadAllTextAsync(path, Cancellation));
        Assert.Equal(Private, TemporaryDirectory.ModeOf(path));
        Assert.Equal(["nats.conf"], Names());
    }

    [Fact]
    public async Task Equal_bytes_change_nothing_and_are_not_tested()
    {
        await File.WriteAllTextAsync(path, "same", Cancellation);
        var written = File.GetLastWriteTimeUtc(path);
        var file = new ServerConfigFile(path, (_, _) => throw new InvalidOperationException("tested"));
        Assert.Equal(new(ConfigOutcome.Unchanged), await file.WriteAsync("same", Cancellation));
        Assert.Equal(written, File.GetLastWriteTimeUtc(path));
    }

    [Fact]
    public async Task Equal_bytes_that_others_can_read_are_closed_to_them()
    {
        await File.WriteAllTextAsync(path, "same", Cancellation);
        TemporaryDirectory.SetMode(path, Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Assert.Equal(new(ConfigOutcome.Unchanged), await Config().WriteAsync("same", Cancellation));
        Assert.Equal(Private, TemporaryDirectory.ModeOf(path));
    }

    [Fact]
    public async Task The_test_sees_the_whole_new_text_beside_the_old_file_closed_to_others()
    {
        await File.WriteAllTextAsync(path, "old", Cancellation);
        var seen = "";
        var file = new ServerConfigFile(path, (staged, _) =>
        {
            Assert.Equal(directory.Path, Path.GetDirectoryName(staged));
            Assert.Equal(Private, TemporaryDirectory.ModeOf(staged));
            seen = $"{File.ReadAllText(staged)}, {File.ReadAllText(path)}";
            return Task.FromResult<string?>(null);
        });
        await file.WriteAsync("new", Cancellation);
        Assert.Equal("new, old", seen);
    }

    [Fact]
    public async Task A_refused_text_leaves_the_old_file_and_nothing_else_and_gives_the_servers_words()
    {
        await File.WriteAllTextAsync(path, "old", Cancellation);
        var file = new ServerConfigFile(path, (staged, _) => Task.FromResult<string?>($"nats-server: {staged}:1:1: unknown field"));
        Assert.Equal(new(ConfigOutcome.Refused, $"nats-server: {path}:1:1: unknown field"), await file.WriteAsync("new", Cancellation));
        Assert.Equal("old", await File.ReadAllTextAsync(path, Cancellation));
        Assert.Equal(["nats.conf"], Names());
    }

    [Fact]
    public async Task A_cancelled_test_leaves_the_old_file_and_nothing_else()
    {
        await File.WriteAllTextAsync(path, "old", Cancellation);
        using var cancelled = new CancellationTokenSource();
        var file = new ServerConfigFile(path, async (_, cancellation) =>
        {
            await cancelled.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
            return null;
        });
        await Assert.ThrowsAsync<OperationCanceledException>(() => file.WriteAsync("new", cancelled.Token));
        Assert.Equal("old", await File.ReadAllTextAsync(path, Cancellation));
        Assert.Equal(["nats.conf"], Names());
    }

    [Fact]
    public async Task The_replaced_file_is_kept_closed_to_others_until_the_new_one_is_accepted()
    {
        await File.WriteAllTextAsync(path, "old", Cancellation);
        TemporaryDirectory.SetMode(path, Private | UnixFileMode.OtherRead);
        var file = Config();
        await file.WriteAsync("new", Cancellation);
        Assert.Equal("old", await File.ReadAllTextAsync($"{path}.last-good", Cancellation));
        Assert.Equal(Private, TemporaryDirectory.ModeOf($"{path}.last-good"));
        await file.AcceptAsync(Cancellation);
        Assert.Equal(["nats.conf"], Names());
        Assert.Equal("new", await File.ReadAllTextAsync(path, Cancellation));
    }

    [Fact]
    public async Task A_roll_back_puts_the_last_accepted_text_back_however_many_were_written_since()
    {
        var file = Config();
        await file.WriteAsync("good", Cancellation);
        await file.AcceptAsync(Cancellation);
        await file.WriteAsync("refused", Cancellation);
        await file.WriteAsync("refused too", Cancellation);
        Assert.Equal(new(ConfigOutcome.Written), await file.RollBackAsync(Cancellation));
        Assert.Equal("good", await File.ReadAllTextAsync(path, Cancellation));
        Assert.Equal(["nats.conf"], Names());
    }

    [Fact]
    public async Task A_roll_back_without_a_last_good_file_leaves_the_file()
    {
        var file = Config();
        Assert.Equal(new(ConfigOutcome.Unchanged), await file.RollBackAsync(Cancellation));
        await file.WriteAsync("first", Cancellation);
        Assert.Equal(new(ConfigOutcome.Unchanged), await file.RollBackAsync(Cancellation));
        Assert.Equal("first", await File.ReadAllTextAsync(path, Cancellation));
    }

    [Fact]
    public async Task Accepting_twice_or_without_a_write_is_no_fault()
    {
        var file = Config();
        await file.AcceptAsync(Cancellation);
        await file.AcceptAsync(Cancellation);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task After_a_kill_before_acceptance_equal_bytes_are_offered_to_the_server_once_more_and_only_once()
    {
        await Config().WriteAsync("good", Cancellation);
        await Config().WriteAsync("unproven", Cancellation); // and the agent is killed here
        var restarted = Config();
        Assert.Equal(new(ConfigOutcome.Written), await restarted.WriteAsync("unproven", Cancellation));
        Assert.Equal(new(ConfigOutcome.Unchanged), await restarted.WriteAsync("unproven", Cancellation));
        Assert.Equal(new(ConfigOutcome.Written), await restarted.RollBackAsync(Cancellation));
        Assert.Equal("good", await File.ReadAllTextAsync(path, Cancellation));
    }

    [Fact]
    public async Task After_a_kill_before_acceptance_another_text_can_still_be_rolled_back_to_the_last_good_one()
    {
        await Config().WriteAsync("good", Cancellation);
        await Config().WriteAsync("unproven", Cancellation); // and the agent is killed here
        var restarted = Config();
        Assert.Equal(new(ConfigOutcome.Written), await restarted.WriteAsync("next", Cancellation));
        await restarted.RollBackAsync(Cancellation);
        Assert.Equal("good", await File.ReadAllTextAsync(path, Cancellation));
    }

    /// <summary>What a kill can leave, instant by instant: the files beside nats.conf, and nats.conf itself.</summary>
    public static TheoryData<string, string, string> KilledAt => new()
    {
        { "while the next text is written", ".nats.conf.new=ne", "good" },
        { "while it is tested", ".nats.conf.new=next", "good" },
        { "while the old text is kept", ".nats.conf.new=next .nats.conf.last-good.new=go", "good" },
        { "when it has been kept", ".nats.conf.new=next nats.conf.last-good=good", "good" },
        { "when the next text is in place", "nats.conf.last-good=good", "next" },
    };

    [Theory]
    [MemberData(nameof(KilledAt))]
    public async Task After_a_kill_at_any_instant_the_next_agent_can_go_on_and_go_back(string instant, string beside, string inPlace)
    {
        foreach (var text in (string[])["good", "next", "another"])
        {
            foreach (var file in beside.Split(' ')) await File.WriteAllTextAsync(directory.File(file.Split('=')[0]), file.Split('=')[1], Cancellation);
            await File.WriteAllTextAsync(path, inPlace, Cancellation);
            var restarted = Config();
            await restarted.WriteAsync(text, Cancellation);
            Assert.Equal(text, await File.ReadAllTextAsync(path, Cancellation));
            if (text != "good")
            {
                await restarted.RollBackAsync(Cancellation);
                Assert.True(await File.ReadAllTextAsync(path, Cancellation) == "good", instant);
                await restarted.WriteAsync(text, Cancellation);
            }

            await restarted.AcceptAsync(Cancellation);
            Assert.Equal(text, await File.ReadAllTextAsync(path, Cancellation));
            Assert.Equal(["nats.conf"], Names());
        }
    }

    [Theory]
    [InlineData("old")]
    [InlineData("new")]
    public async Task What_a_killed_agent_left_half_written_is_removed_whether_the_text_changes_or_not(string text)
    {
        await File.WriteAllTextAsync(path, "old", Cancellation);
        await File.WriteAllTextAsync(directory.File(".nats.conf.new"), "hal", Cancellation);
        await File.WriteAllTextAsync(directory.File(".nats.conf.last-good.new"), "hal", Cancellation);
        var file = Config();
        await file.WriteAsync(text, Cancellation);
        await file.AcceptAsync(Cancellation);
        Assert.Equal(["nats.conf"], Names());
    }

    [Fact]
    public async Task A_planted_link_in_the_temporary_place_is_not_followed()
    {
        var victim = directory.File("victim");
        await File.WriteAllTextAsync(victim, "untouched", Cancellation);
        File.CreateSymbolicLink(directory.File(".nats.conf.new"), victim);
        Assert.Equal(ConfigOutcome.Written, (await Config().WriteAsync("new", Cancellation)).Outcome);
        Assert.Equal("untouched", await File.ReadAllTextAsync(victim, Cancellation));
    }

    [Fact]
    public async Task A_missing_directory_is_made_and_closed_to_others()
    {
        var deep = Path.Combine(directory.Path, "missing", "deeper", "nats.conf");
        Assert.Equal(new(ConfigOutcome.Written), await new ServerConfigFile(deep, Passes).WriteAsync("new", Cancellation));
        Assert.Equal(Private | UnixFileMode.UserExecute, TemporaryDirectory.ModeOf(Path.GetDirectoryName(deep)!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_linked_file_is_replaced_where_it_is_and_the_link_stays(bool exists)
    {
        var real = directory.File("real/nats.conf");
        Directory.CreateDirectory(directory.File("real"));
        if (exists) await File.WriteAllTextAsync(real, "old", Cancellation);
        File.CreateSymbolicLink(path, "real/nats.conf");
        Assert.Equal(new(ConfigOutcome.Written), await Config().WriteAsync("new", Cancellation));
        Assert.Equal("real/nats.conf", new FileInfo(path).LinkTarget);
        Assert.Equal("new", await File.ReadAllTextAsync(real, Cancellation));
        Assert.Equal(["nats.conf", "real"], Names());
    }

    [Fact]
    public async Task A_linked_directory_is_as_good_as_any()
    {
        Directory.CreateDirectory(directory.File("real"));
        Directory.CreateSymbolicLink(directory.File("link"), "real");
        Assert.Equal(new(ConfigOutcome.Written), await new ServerConfigFile(directory.File("link/nats.conf"), Passes).WriteAsync("new", Cancellation));
        Assert.Equal("new", await File.ReadAllTextAsync(directory.File("real/nats.conf"), Cancellation));
    }

    [Fact]
    public async Task Links_in_a_circle_are_a_fault_that_names_the_path()
    {
        File.CreateSymbolicLink(path, "other");
        File.CreateSymbolicLink(directory.File("other"), "nats.conf");
        await FailsAsync(path, "check");
    }

    [Fact]
    public async Task A_directory_in_the_files_place_is_a_fault_with_the_repair()
    {
        Directory.CreateDirectory(path);
        await FailsAsync(path, "name a file in it");
    }

    [Fact]
    public async Task A_file_in_the_directorys_place_is_a_fault_that_names_the_path()
    {
        await File.WriteAllTextAsync(path, "", Cancellation);
        await FailsAsync($"{path}/nats.conf", $"check {path}");
    }

    [Fact]
    public async Task A_directory_that_takes_no_files_is_a_fault_that_names_the_path() => await FailsAsync("/proc/self/nats.conf", "/proc/self");

    private static Task<string?> Passes(string path, CancellationToken cancellation) => Task.FromResult<string?>(null);

    private static async Task FailsAsync(string path, string repair)
    {
        var answer = await new ServerConfigFile(path, Passes).WriteAsync("new", Cancellation);
        Assert.Equal(ConfigOutcome.Failed, answer.Outcome);
        Assert.StartsWith($"cannot write {path}: ", answer.Words);
        Assert.Contains(repair, answer.Words);
    }

    private ServerConfigFile Config() => new(path, Passes);

    private string?[] Names() => [.. Directory.EnumerateFileSystemEntries(directory.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal)];
}
