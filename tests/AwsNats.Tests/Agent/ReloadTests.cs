using System.Collections.Immutable;
using AwsNats.Agent;
using AwsNats.ServerConfig;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>One change of the file: written, taken by the server as its own monitor shows, or undone.</summary>
public sealed class ReloadTests
{
    private readonly SmallWorld world = new();

    [Fact]
    public async Task A_changed_file_is_asked_for_signalled_confirmed_and_accepted_in_this_order()
    {
        Assert.Equal(ConfigEnd.Reloaded, (await ConfigureAsync(ReloadMode.WhenChanged)).End);
        Assert.Equal(["write", "load-time", "signal Reload", "load-time", "accept"], world.Calls);
    }

    [Fact]
    public async Task Equal_bytes_are_not_reloaded()
    {
        world.Write = Answers(ConfigOutcome.Unchanged);
        Assert.Equal(ConfigEnd.Unchanged, (await ConfigureAsync(ReloadMode.WhenChanged)).End);
        Assert.Equal(["write"], world.Calls);
    }

    [Fact]
    public async Task Before_a_start_the_file_is_only_written_and_not_yet_the_last_good_one()
    {
        Assert.Equal(ConfigEnd.Written, (await ConfigureAsync(ReloadMode.None)).End);
        Assert.Equal(["write"], world.Calls);
    }

    [Fact]
    public async Task Before_a_start_equal_bytes_are_fine()
    {
        world.Write = Answers(ConfigOutcome.Unchanged);
        Assert.Equal(ConfigEnd.Unchanged, (await ConfigureAsync(ReloadMode.None)).End);
    }

    [Fact]
    public async Task An_adopted_server_is_made_to_take_equal_bytes_too()
    {
        world.Write = Answers(ConfigOutcome.Unchanged);
        Assert.Equal(ConfigEnd.Reloaded, (await ConfigureAsync(ReloadMode.Always)).End);
        Assert.Equal(1, world.Count("signal Reload"));
    }

    [Fact]
    public async Task A_server_whose_load_time_does_not_move_within_ten_seconds_has_refused_and_the_file_is_rolled_back()
    {
        world.TakesReloads = false;
        var began = world.Time.GetUtcNow();
        var result = await ConfigureAsync(ReloadMode.WhenChanged);
        Assert.Equal((ConfigEnd.Refused, "it did not take it within 10 s; its own log says why"), (result.End, result.Words));
        Assert.Equal((1, 1, 0), (world.Count("signal Reload"), world.Count("roll-back"), world.Count("accept")));
        Assert.InRange(world.Time.GetUtcNow() - began, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(11));
    }

    [Fact]
    public async Task A_server_that_takes_its_time_is_waited_for()
    {
        world.TakesReloads = false;
        var asked = 0;
        world.LoadTime = () => Task.FromResult<string?>(++asked < 60 ? "before" : "after");
        Assert.Equal(ConfigEnd.Reloaded, (await ConfigureAsync(ReloadMode.WhenChanged)).End);
    }

    [Fact]
    public async Task A_monitor_that_is_silent_for_a_while_after_the_signal_is_no_refusal()
    {
        var asked = 0;
        world.LoadTime = () => Task.FromResult(++asked switch { 1 => "before", < 20 => null, _ => "after" });
        Assert.Equal(ConfigEnd.Reloaded, (await ConfigureAsync(ReloadMode.WhenChanged)).End);
    }

    [Fact]
    public async Task A_server_that_dies_before_it_took_the_file_is_not_waited_for_and_its_next_start_is_the_judge()
    {
        var asked = 0;
        world.LoadTime = () =>
        {
            if (++asked == 2) world.Dies(new ServerExit(null, 9));
            return Task.FromResult(asked == 1 ? "before" : null);
        };
        var began = world.Time.GetUtcNow();
        Assert.Equal(ConfigEnd.Written, (await ConfigureAsync(ReloadMode.WhenChanged)).End);
        Assert.Equal((0, 0), (world.Count("roll-back"), world.Count("accept")));
        Assert.InRange(world.Time.GetUtcNow() - began, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_server_whose_monitor_is_silent_since_it_has_just_died_has_refused_nothing()
    {
        world.LoadTime = () =>
        {
            world.Time.CreateTimer(_ => world.Dies(new ServerExit(null, 9)), null, TimeSpan.FromMilliseconds(250), Timeout.InfiniteTimeSpan);
            return Task.FromResult<string?>(null);
        };
        Assert.Equal(ConfigEnd.Written, (await ConfigureAsync(ReloadMode.WhenChanged)).End);
        Assert.Equal((0, 0), (world.Count("signal Reload"), world.Count("roll-back")));
    }

    [Fact]
    public async Task A_server_whose_monitor_does_not_answer_is_not_signalled_and_the_file_is_rolled_back()
    {
        world.LoadTime = () => Task.FromResult<string?>(null);
        var result = await ConfigureAsync(ReloadMode.WhenChanged);
        Assert.Equal((ConfigEnd.Refused, "its monitor does not answer, so it was not asked to reload"), (result.End, result.Words));
        Assert.Equal(["write", "load-time", "roll-back"], world.Calls);
    }

    [Theory]
    [InlineData(nameof(ConfigOutcome.Refused), nameof(ConfigEnd.Refused))]
    [InlineData(nameof(ConfigOutcome.Failed), nameof(ConfigEnd.Failed))]
    public async Task A_file_that_did_not_get_into_place_is_neither_signalled_nor_rolled_back(string outcome, string end)
    {
        world.Write = () => Task.FromResult(new ConfigAnswer(Enum.Parse<ConfigOutcome>(outcome), "its words"));
        var result = await ConfigureAsync(ReloadMode.Always);
        Assert.Equal((Enum.Parse<ConfigEnd>(end), "its words"), (result.End, result.Words));
        Assert.Equal(["write"], world.Calls);
    }

    [Fact]
    public async Task A_roll_back_that_fails_is_told_beside_the_refusal()
    {
        world.TakesReloads = false;
        world.RollBack = () => Task.FromResult(new ConfigAnswer(ConfigOutcome.Failed, "disk full"));
        Assert.EndsWith("and the last good file could not be put back: disk full", (await ConfigureAsync(ReloadMode.WhenChanged)).Words);
    }

    private static Func<Task<ConfigAnswer>> Answers(ConfigOutcome outcome) => () => Task.FromResult(new ConfigAnswer(outcome));

    private Task<ConfigResult> ConfigureAsync(ReloadMode mode)
    {
        var model = new ServerConfigModel(ConfigDecision.FixedFor(new Story().State), new AccessPart(null, null, null, null, null), ImmutableSortedSet<Peer>.Empty);
        var reload = new Reload(world, world, world, world.Time);
        return world.UntilAsync(reload.ConfigureAsync(new Act.Configure(model, mode), TestContext.Current.CancellationToken));
    }
}
