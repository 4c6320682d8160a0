using AwsNats.Agent;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;
using AwsNats.Tests.Registry;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>The running server's file follows the roster and the settings: gathered, by reload, and back on refusal.</summary>
public sealed class RoutesTests
{
    [Fact]
    public void A_newcomer_is_in_the_file_two_seconds_after_it_was_seen()
    {
        var story = Meshed();
        story.Living.Add("10.0.0.3");
        story.RunUntil(s => s.Said("peer_joined").Length == 1);
        var seen = story.Now;
        story.RunUntil(s => s.All<Act.Configure>().Length == 2);
        Assert.Equal(2, story.Now - seen, 1);
        Assert.Equal(["10.0.0.2", "10.0.0.3"], story.Routes);
        Assert.Equal(ReloadMode.WhenChanged, story.All<Act.Configure>()[^1].Reload);
    }

    [Fact]
    public void A_dead_peer_is_out_of_the_file_within_servers_timeout_and_two_beats()
    {
        var story = Meshed();
        story.Living.Clear();
        story.Others.Add(RosterStory.Row("10.0.0.2", story.Now));
        story.Run(60 + 30 + 20);
        Assert.Empty(story.Routes);
        Assert.Single(story.All<Act.StartServer>());
        Assert.Empty(story.Signals);
    }

    [Fact]
    public void A_peer_that_says_error_is_out_of_the_file()
    {
        var story = Meshed();
        story.Living.Clear();
        story.Others.Add(RosterStory.Row("10.0.0.2", 65, "error"));
        Assert.Empty(story.Run(90).Routes);
    }

    [Fact]
    public void Nothing_is_written_while_nothing_changes() => Assert.Single(Meshed().Run(3600).All<Act.Configure>());

    [Fact]
    public void A_change_that_is_undone_within_the_quiet_time_is_no_change()
    {
        var story = Meshed(new AgentSettings { HeartbeatInterval = TimeSpan.FromSeconds(1) });
        story.Living.Add("10.0.0.3");
        story.RunUntil(s => s.State.Config.Pending is not null);
        story.Living.Remove("10.0.0.3");
        Assert.Single(story.RunOn(30).All<Act.Configure>());
    }

    [Fact]
    public void Changes_close_together_are_one_reload()
    {
        var story = Meshed(new AgentSettings { HeartbeatInterval = TimeSpan.FromSeconds(1) });
        for (var node = 3; node <= 6; node++)
        {
            story.Living.Add($"10.0.0.{node}");
            story.RunOn(1);
        }

        Assert.Equal(2, story.RunOn(10).All<Act.Configure>().Length);
        Assert.Equal(5, story.Routes.Length);
    }

    [Fact]
    public void Changes_without_end_are_written_every_ten_seconds()
    {
        var story = Meshed(new AgentSettings { HeartbeatInterval = TimeSpan.FromSeconds(1) });
        var began = story.Now;
        for (var node = 3; node <= 43; node++)
        {
            story.Living.Add($"10.0.0.{node}");
            story.RunOn(1);
        }

        var reloads = story.When<Act.Configure>().Where(at => at > began).ToList();
        Assert.InRange(reloads[0] - began, 10, 11.2);
        Assert.InRange(reloads.Count, 3, 4);
    }

    [Fact]
    public void A_refused_file_is_tried_again_after_growing_pauses_up_to_five_minutes()
    {
        var story = Meshed();
        story.ConfigEnds = ConfigEnd.Refused;
        story.Living.Add("10.0.0.3");
        story.Run(3000);
        var tries = story.When<Act.Configure>().Skip(1).ToList();
        Assert.Equal([5, 10, 20, 40, 80, 160, 300, 300], tries.Zip(tries.Skip(1)).Take(8).Select(pair => Math.Round(pair.Second - pair.First)));
    }

    [Fact]
    public void A_refused_file_leaves_the_server_alone_and_is_said_in_its_words()
    {
        var story = Meshed();
        story.ConfigEnds = ConfigEnd.Refused;
        story.Living.Add("10.0.0.3");
        story.Run(600);
        Assert.Empty(story.Signals);
        Assert.Null(story.State.Exit);
        Assert.Equal(ServerCondition.Up, story.State.Server.Condition);
        Assert.Contains("its words", story.Line("config_refused").Message);
    }

    [Fact]
    public void A_further_change_does_not_cut_a_refusals_pause_short()
    {
        var story = Meshed();
        story.ConfigEnds = ConfigEnd.Refused;
        story.Living.Add("10.0.0.3");
        story.Run(400);
        story.Living.Add("10.0.0.4");
        var (tries, next) = (story.All<Act.Configure>().Length, story.State.Config.RetryAt.TotalSeconds);
        Assert.Equal(tries, story.Run(next - 0.1).All<Act.Configure>().Length);
        story.Run(next + 3);
        Assert.Equal(["10.0.0.2", "10.0.0.3", "10.0.0.4"], story.Routes);
    }

    [Fact]
    public void A_change_back_to_what_the_server_runs_with_needs_no_further_try()
    {
        var story = Meshed();
        story.ConfigEnds = ConfigEnd.Refused;
        story.Living.Add("10.0.0.3");
        story.Run(80);
        story.Living.Remove("10.0.0.3");
        var tries = story.Run(100).All<Act.Configure>().Length;
        Assert.Equal(tries, story.Run(3000).All<Act.Configure>().Length);
    }

    [Fact]
    public void After_a_success_a_refusal_begins_with_the_shortest_pause_again()
    {
        var story = Meshed();
        story.ConfigEnds = ConfigEnd.Refused;
        story.Living.Add("10.0.0.3");
        story.Run(300);
        story.ConfigEnds = null;
        story.Run(900);
        story.ConfigEnds = ConfigEnd.Refused;
        story.Living.Add("10.0.0.4");
        var before = story.All<Act.Configure>().Length;
        var tries = story.Run(1000).When<Act.Configure>().Skip(before).ToList();
        Assert.Equal(5, tries[1] - tries[0], 1);
    }

    [Fact]
    public void A_new_password_is_reloaded_without_a_restart()
    {
        var story = Meshed().Take(new AgentSettings { NatsUser = "u", NatsPassword = new Secret("p") }).RunOn(3);
        Assert.Equal("p", story.All<Act.Configure>()[^1].Model.Access.Password!.Reveal());
        Assert.Equal(2, story.All<Act.Configure>().Length);
        Assert.Single(story.All<Act.StartServer>());
    }

    [Fact]
    public void The_same_password_again_is_reloaded_once_as_every_SIGHUP_is_and_then_no_change()
    {
        var story = Meshed(new AgentSettings { NatsUser = "u", NatsPassword = new Secret("p") })
            .Take(new AgentSettings { NatsUser = "u", NatsPassword = new Secret("p") }).RunOn(60);
        var configured = story.All<Act.Configure>();
        Assert.Equal([ReloadMode.None, ReloadMode.Always], configured.Select(act => act.Reload));
        Assert.Equal(configured[0].Model.Access, configured[1].Model.Access);
    }

    [Fact]
    public void Settings_that_cannot_be_reloaded_do_not_reach_the_file_of_the_running_server()
    {
        var story = Meshed().Take(new AgentSettings { ClientPort = 4333, ServerName = "other" });
        story.Living.Add("10.0.0.3");
        story.Run(90);
        Assert.Equal(story.All<Act.Configure>()[0].Model.Fixed, story.All<Act.Configure>()[^1].Model.Fixed);
    }

    [Fact]
    public void Nor_the_file_of_the_server_that_follows_it()
    {
        var story = Meshed().Take(new AgentSettings { ClientPort = 4333 }).Dies(signal: 9).RunOn(5);
        Assert.Equal(2, story.All<Act.StartServer>().Length);
        Assert.Equal(4242, story.All<Act.Configure>()[^1].Model.Fixed.ClientPort);
    }

    [Fact]
    public void A_server_that_is_not_healthy_yet_is_not_reloaded()
    {
        var story = new Story { Health = new(ServerHealth.Unhealthy), Living = { "10.0.0.2" } }.Run(20);
        story.Living.Add("10.0.0.3");
        Assert.Single(story.Run(100).All<Act.Configure>());
        story.Health = new(ServerHealth.Healthy);
        Assert.Equal(["10.0.0.2", "10.0.0.3"], story.Run(110).Routes);
    }

    [Fact]
    public void A_server_that_is_being_stopped_is_not_reloaded()
    {
        var story = Meshed();
        story.Ignored.UnionWith([ServerSignal.Interrupt, ServerSignal.Kill]);
        story.Health = new(ServerHealth.Unhealthy, "no");
        story.RunUntil(s => s.State.Server.Stopping is not null);
        story.Living.Add("10.0.0.3");
        Assert.Single(story.RunOn(60).All<Act.Configure>());
    }

    [Fact]
    public void Two_changes_of_the_file_are_never_under_way_at_once()
    {
        var story = Meshed();
        story.ConfigHangs = true;
        story.Living.Add("10.0.0.3");
        story.Run(90);
        story.Living.Add("10.0.0.4");
        Assert.Equal(2, story.Run(200).All<Act.Configure>().Length);
    }

    [Fact]
    public void A_file_that_a_server_became_healthy_with_is_the_last_good_one() => Assert.Single(Meshed().All<Act.AcceptConfig>());

    [Fact]
    public void A_server_that_dies_of_a_new_file_before_it_is_healthy_is_started_with_the_last_good_one()
    {
        var story = DiesOfNewFile();
        Assert.Single(story.All<Act.RollBackConfig>());
        story.DiesAfter = null;
        story.Health = new(ServerHealth.Healthy);
        story.RunOn(2);
        Assert.Equal(ServerCondition.Up, story.State.Server.Condition);
    }

    [Fact]
    public void Once_the_last_good_file_serves_the_wanted_one_is_offered_by_reload()
    {
        var story = DiesOfNewFile();
        story.DiesAfter = null;
        story.Health = new(ServerHealth.Healthy);
        story.RunOn(4);
        Assert.Equal(ReloadMode.WhenChanged, story.All<Act.Configure>()[^1].Reload);
    }

    [Fact]
    public void A_server_that_dies_of_nothing_new_is_started_with_the_file_as_it_is()
    {
        var story = Meshed();
        story.ConfigEnds = ConfigEnd.Unchanged;
        story.DiesAfter = 0.2;
        story.Dies(signal: 9).RunOn(3);
        Assert.Empty(story.All<Act.RollBackConfig>());
        Assert.True(story.All<Act.StartServer>().Length >= 2);
    }

    [Fact]
    public void A_file_refused_before_a_restart_gives_way_to_the_last_good_one_at_once()
    {
        var story = Meshed();
        story.ConfigEnds = ConfigEnd.Refused;
        story.Dies(signal: 9).RunOn(1.2);
        Assert.Single(story.All<Act.RollBackConfig>());
        Assert.Equal(2, story.All<Act.StartServer>().Length);
        Assert.Null(story.State.Exit);
    }

    [Fact]
    public void A_disk_that_says_no_before_a_restart_is_asked_again_after_a_pause()
    {
        var story = Meshed();
        story.ConfigEnds = ConfigEnd.Failed;
        story.Dies(signal: 9).RunOn(60);
        Assert.Null(story.State.Exit);
        Assert.InRange(story.All<Act.RollBackConfig>().Length, 2, 8);
        story.ConfigEnds = null;
        Assert.InRange(story.Up().Now, 120, 220);
    }

    [Fact]
    public void A_reload_that_ends_after_the_servers_death_does_not_cut_the_restarts_pause_short()
    {
        var story = Meshed();
        for (var death = 0; death < 2; death++) story.Dies(signal: 9).Up().RunOn(30);
        story.Living.Add("10.0.0.3");
        story.RunUntil(s => s.State.Config.InFlight);
        var died = story.Dies(signal: 9).Now;
        story.RunUntil(s => s.All<Act.StartServer>().Length == 4);
        Assert.InRange(story.Now - died, 4, 4.1);
    }

    [Fact]
    public void A_reload_that_ends_after_the_last_death_does_not_start_the_server_again()
    {
        var story = Meshed(new AgentSettings { RestartLimit = 0 });
        story.ReportEnds = null;
        story.Living.Add("10.0.0.3");
        story.RunUntil(s => s.State.Config.InFlight).Dies(signal: 9).RunOn(60);
        Assert.Single(story.All<Act.StartServer>());
    }

    private static Story Meshed(AgentSettings? settings = null) => new Story(settings) { Living = { "10.0.0.2" } }.Run(60);

    /// <summary>Up with one file, then dead; the next start gets a new file (a peer joined while it was down) and dies of it.</summary>
    private static Story DiesOfNewFile()
    {
        var story = Meshed();
        story.Health = new(ServerHealth.Unhealthy);
        story.DiesAfter = 0.3;
        story.Living.Add("10.0.0.3");
        story.Dies(signal: 9).RunUntil(s => s.All<Act.RollBackConfig>().Length > 0);
        return story;
    }
}
