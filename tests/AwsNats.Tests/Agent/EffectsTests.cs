using System.Collections.Immutable;
using AwsNats.Agent;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Supervision;
using AwsNats.Tests.Registry;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>What each act does in the world, and what comes back of it.</summary>
public sealed class EffectsTests
{
    private static readonly AgentState State = new Story().State;
    private readonly SmallWorld world = new();
    private readonly CancellationTokenSource ending = new();
    private readonly List<Exception> bugs = [];
    private Observation seen = Observation.Nothing;
    private int posts;

    [Fact]
    public void A_beat_writes_first_and_reads_then()
    {
        Perform(new Act.Beat(Heartbeat()));
        Assert.Equal(["announce", "read"], world.Calls);
        Assert.NotNull(seen.Beat!.Read);
        Assert.Null(seen.Beat.Fault);
    }

    [Theory]
    [MemberData(nameof(Faults.AllKinds), MemberType = typeof(Faults))]
    public void A_write_that_nobody_answered_spares_the_read_and_no_other_fault_does(string kind)
    {
        world.Announce = () => Task.FromResult(new RegistryReply(Faults.Of(kind), null, []));
        Perform(new Act.Beat(Heartbeat()));
        Assert.Equal(kind == "Unreachable" ? 0 : 1, world.Count("read"));
        Assert.Equal(kind, $"{seen.Beat!.Fault!.Kind}");
    }

    [Fact]
    public void A_read_that_fails_after_a_good_write_is_the_beats_fault()
    {
        world.Read = () => Task.FromResult(new RegistryReply(Faults.Throttled, null, []));
        Perform(new Act.Beat(Heartbeat()));
        Assert.Equal(Faults.Throttled, seen.Beat!.Fault);
    }

    [Fact]
    public void The_dead_are_deleted_by_key_and_by_the_time_that_was_seen_each_with_its_own_result()
    {
        var roster = new RosterStory().Read(0, new Row("FD00::2", "1.7E+9"), new Row("10.0.0.3", "1700000000")).Roster;
        Perform(new Act.DeleteRows([.. roster.Entries.Values]));
        Assert.Equal(["delete 10.0.0.3 1700000000", "delete FD00::2 1.7E+9"], world.Calls);
        Assert.Equal(["10.0.0.3", "FD00::2"], seen.Deletes.Select(deleted => deleted.Ip));
        Assert.Equal(2, posts);
    }

    [Fact]
    public void Our_own_row_is_deleted_on_condition_that_it_is_this_instances()
    {
        Perform(new Act.DeleteOwnRow());
        Assert.Equal(["delete-own 10.0.0.1 i-1"], world.Calls);
        Assert.NotNull(seen.OwnRowDeleted);
    }

    [Fact]
    public void Looking_back_finds_the_roster_and_the_running_server_and_watches_it()
    {
        world.Running = new AdoptedServer(77, "key");
        world.Load = () => Task.FromResult<(ImmutableArray<Peer>?, string?)>(([new Peer("10.0.0.2", 7244)], null));
        Perform(new Act.Recall());
        Assert.Equal((77, 1, null), (seen.Remembered!.Server!.Pid, seen.Remembered.Peers!.Value.Length, seen.Exited));
        world.Dies(new ServerExit(null, 9));
        Assert.True(SpinWait.SpinUntil(() => seen.Exited is { Signal: 9 }, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void Looking_back_without_a_running_server_watches_nothing()
    {
        Perform(new Act.Recall());
        world.Dies(new ServerExit(null, 9));
        Assert.Null(seen.Remembered!.Server);
        Assert.Equal(1, posts);
    }

    [Fact]
    public void A_started_server_is_told_before_its_end_is()
    {
        Perform(new Act.StartServer("key"));
        Assert.Equal((101, null), (seen.Started!.Pid, seen.Exited));
        world.Dies(new ServerExit(1, null));
        Assert.True(SpinWait.SpinUntil(() => seen.Exited is { Code: 1 }, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_start_that_failed_is_not_watched()
    {
        world.Start = () => Task.FromResult(new StartAnswer(null, "no right to execute it"));
        Perform(new Act.StartServer("key"));
        world.Dies(new ServerExit(1, null));
        Assert.Equal((1, "no right to execute it"), (posts, seen.Started!.Fault));
    }

    [Fact]
    public void A_signal_is_sent_before_the_loop_goes_on()
    {
        Perform(new Act.SignalServer(ServerSignal.Kill));
        Assert.Equal(["signal Kill"], world.Calls);
    }

    [Fact]
    public void A_roster_that_cannot_be_kept_is_said()
    {
        world.Save = () => Task.FromResult<string?>("disk full");
        Perform(new Act.Remember([]));
        Assert.Contains("roster_file_not_written", world.Logged);
    }

    [Theory]
    [InlineData(nameof(ConfigOutcome.Written), nameof(ConfigEnd.RolledBack))]
    [InlineData(nameof(ConfigOutcome.Unchanged), nameof(ConfigEnd.RolledBack))]
    [InlineData(nameof(ConfigOutcome.Failed), nameof(ConfigEnd.Failed))]
    public void A_roll_back_succeeds_unless_the_disk_says_no(string outcome, string end)
    {
        world.RollBack = () => Task.FromResult(new ConfigAnswer(Enum.Parse<ConfigOutcome>(outcome)));
        Perform(new Act.RollBackConfig(ConfigDecision.Wanted(State)));
        Assert.Equal(end, $"{seen.Config!.End}");
    }

    [Fact]
    public void An_exception_of_a_port_is_a_bug_and_posts_nothing()
    {
        var bug = new InvalidOperationException("oops");
        world.Probe = () => Task.FromException<AwsNats.Supervision.ProbeAnswer>(bug);
        Perform(new Act.Probe());
        Assert.Same(bug, Assert.Single(bugs));
        Assert.Equal(0, posts);
    }

    [Fact]
    public void An_exception_that_a_port_throws_before_it_even_waits_is_a_bug_too()
    {
        world.Announce = () => throw new InvalidOperationException("oops");
        Perform(new Act.Beat(Heartbeat()));
        Assert.Single(bugs);
    }

    [Fact]
    public void A_cancellation_that_nobody_asked_for_is_a_bug()
    {
        world.Probe = () => Task.FromException<ProbeAnswer>(new OperationCanceledException());
        Perform(new Act.Probe());
        Assert.Single(bugs);
    }

    [Fact]
    public async Task A_cancellation_at_the_agents_end_is_no_bug()
    {
        world.Probe = SmallWorld.Hangs<ProbeAnswer>;
        Perform(new Act.Probe());
        await ending.CancelAsync();
        Assert.Empty(bugs);
        Assert.Equal(0, posts);
    }

    private static Heartbeat Heartbeat() => RegistryDecision.Tell(State, RosterStory.Start);

    private void Perform(Act act) =>
        new Effects(world.Ports, world.Log, world.Time, Post, bugs.Add, ending.Token).Perform(act, State);

    private void Post(Func<Observation, Observation> news)
    {
        seen = news(seen);
        Interlocked.Increment(ref posts);
    }
}
