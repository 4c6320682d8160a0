using AwsNats.Agent;
using AwsNats.Health;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>The loop itself: acts beside it, their ends as news, nothing that hangs holds it up.</summary>
public sealed class AgentLoopTests
{
    private readonly SmallWorld world = new();

    [Fact]
    public async Task It_serves_until_it_is_asked_to_stop_and_then_ends_with_0()
    {
        using var agent = world.NewAgent();
        var run = agent.RunAsync();
        await world.UntilAsync(() => world.Count("report healthy") == 1);
        agent.AskToStop();
        Assert.Equal(ExitCode.Stopped, await world.UntilAsync(run));
        string[] order = ["announce", "read", "write", "start", "probe", "signal LameDuck", "delete-own 10.0.0.1 i-1"];
        Assert.Equal(order, world.Calls.Where(order.Contains).Distinct());
        Assert.Equal("delete-own 10.0.0.1 i-1", world.Calls.Last());
        Assert.Contains(" drained ", world.Logged);
    }

    [Fact]
    public async Task A_stop_that_came_before_the_first_look_is_heeded()
    {
        using var agent = world.NewAgent();
        agent.AskToStop();
        Assert.Equal(ExitCode.Stopped, await world.UntilAsync(agent.RunAsync()));
        Assert.Equal(0, world.Count("start"));
    }

    [Fact]
    public async Task An_exception_of_a_port_becomes_the_loops_own()
    {
        world.Report = () => throw new InvalidOperationException("oops");
        using var agent = world.NewAgent();
        var run = agent.RunAsync();
        await world.UntilAsync(() => run.IsCompleted);
        Assert.Contains("oops", (await Assert.ThrowsAnyAsync<Exception>(() => run)).ToString());
    }

    [Fact]
    public async Task A_bug_leaves_the_server_running()
    {
        world.Report = () => throw new InvalidOperationException("oops");
        using var agent = world.NewAgent();
        var run = agent.RunAsync();
        await world.UntilAsync(() => run.IsCompleted);
        Assert.True(run.IsFaulted);
        Assert.DoesNotContain(world.Calls, call => call.StartsWith("signal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bug_ends_the_loop_even_while_other_acts_hang()
    {
        world.Probe = SmallWorld.Hangs<ProbeAnswer>;
        world.Load = () => throw new InvalidOperationException("oops");
        using var agent = world.NewAgent();
        var run = agent.RunAsync();
        await world.UntilAsync(() => run.IsCompleted);
        Assert.True(run.IsFaulted);
    }

    [Fact]
    public async Task A_table_that_hangs_does_not_delay_the_watch_over_the_server()
    {
        using var agent = world.NewAgent();
        _ = agent.RunAsync();
        await world.UntilAsync(() => world.Count("report healthy") == 1);
        world.Read = SmallWorld.Hangs<RegistryReply>;
        var reads = world.Count("read");
        await world.UntilAsync(() => world.Count("read") > reads);
        world.Dies(new ServerExit(null, 9));
        await world.UntilAsync(() => world.Count("start") == 2);
    }

    [Fact]
    public async Task A_stop_signal_while_a_read_hangs_drains_the_server_at_once_and_ends_when_the_read_does()
    {
        var read = new TaskCompletionSource<RegistryReply>();
        using var agent = world.NewAgent();
        var run = agent.RunAsync();
        await world.UntilAsync(() => world.Count("report healthy") == 1);
        world.Read = () => read.Task;
        var reads = world.Count("read");
        await world.UntilAsync(() => world.Count("read") > reads);
        agent.AskToStop();
        await world.UntilAsync(() => world.Count("signal LameDuck") == 1);
        Assert.False(run.IsCompleted);
        read.SetResult(new RegistryReply(Faults.Unreachable, null, []));
        Assert.Equal(ExitCode.Stopped, await world.UntilAsync(run));
    }

    [Fact]
    public async Task A_stop_signal_while_a_probe_hangs_ends_with_0()
    {
        using var agent = world.NewAgent();
        var run = agent.RunAsync();
        await world.UntilAsync(() => world.Count("report healthy") == 1);
        world.Probe = SmallWorld.Hangs<ProbeAnswer>;
        var probes = world.Count("probe");
        await world.UntilAsync(() => world.Count("probe") > probes);
        agent.AskToStop();
        Assert.Equal(ExitCode.Stopped, await world.UntilAsync(run));
    }

    [Fact]
    public async Task A_stop_signal_while_a_report_hangs_ends_with_0()
    {
        world.Report = SmallWorld.Hangs<ReportAnswer>;
        using var agent = world.NewAgent();
        var run = agent.RunAsync();
        await world.UntilAsync(() => world.Count("report healthy") == 1);
        agent.AskToStop();
        Assert.Equal(ExitCode.Stopped, await world.UntilAsync(run));
    }

    [Fact]
    public async Task An_agent_that_ends_for_its_file_leaves_the_servers_words_in_its_row()
    {
        world.Write = () => Task.FromResult(new ConfigAnswer(ConfigOutcome.Refused, "unknown field \"x\""));
        using var agent = world.NewAgent();
        Assert.Equal(ExitCode.BadServerConfig, await world.UntilAsync(agent.RunAsync()));
        var last = world.Heartbeats.Last();
        Assert.Equal(NodeStatus.Error, last.Status);
        Assert.Contains("unknown field \"x\"", last.Description);
    }

    [Fact]
    public async Task An_agent_that_gave_up_leaves_an_error_in_its_row_and_does_not_delete_it()
    {
        using var agent = world.NewAgent(new AgentSettings { RestartLimit = 0 });
        var run = agent.RunAsync();
        await world.UntilAsync(() => world.Count("report healthy") == 1);
        world.Dies(new ServerExit(null, 9));
        Assert.Equal(ExitCode.ServerKeptDying, await world.UntilAsync(run));
        Assert.Equal(NodeStatus.Error, world.Heartbeats.Last().Status);
        Assert.DoesNotContain(world.Calls, call => call.StartsWith("delete", StringComparison.Ordinal));
    }

    [Fact]
    public async Task New_settings_reach_the_running_server()
    {
        using var agent = world.NewAgent();
        _ = agent.RunAsync();
        await world.UntilAsync(() => world.Count("report healthy") == 1);
        agent.Take(new AgentSettings { NatsUser = "u", NatsPassword = new Secret("hunter2") });
        await world.UntilAsync(() => world.Count("signal Reload") == 1);
        Assert.DoesNotContain("hunter2", world.Logged);
    }

    [Fact]
    public async Task A_minute_of_quiet_costs_a_dozen_probes_and_six_beats_and_no_more()
    {
        using var agent = world.NewAgent();
        _ = agent.RunAsync();
        await world.UntilAsync(() => world.Count("report healthy") == 1);
        var (beats, probes, until) = (world.Count("announce"), world.Count("probe"), world.Time.GetUtcNow().AddSeconds(60));
        await world.UntilAsync(() => world.Time.GetUtcNow() >= until, step: TimeSpan.FromMilliseconds(400));
        Assert.InRange(world.Count("announce") - beats, 4, 7);
        Assert.InRange(world.Count("probe") - probes, 10, 13);
    }

    [Fact]
    public async Task A_disposed_agent_lets_go_of_what_hangs()
    {
        world.Probe = SmallWorld.Hangs<ProbeAnswer>;
        var agent = world.NewAgent();
        var run = agent.RunAsync();
        await world.UntilAsync(() => world.Count("probe") == 1);
        agent.Dispose();
        await world.UntilAsync(() => true);
        Assert.False(run.IsFaulted);
    }
}
