using AwsNats.Agent;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;
using Xunit;

namespace AwsNats.Tests.Agent;

/// <summary>From the first beat to the first server: announce, look, configure, start; with and without AWS.</summary>
public sealed class BootTests
{
    private static readonly Peer[] Earlier = [new("10.0.0.1", 7244), new("10.0.0.7", 7244)];

    [Fact]
    public void It_announces_itself_and_looks_back_before_anything_else() =>
        Assert.Equal(["Beat", "Recall"], new Story().Run(0).Acts.Select(done => done.Act.GetType().Name).Order());

    [Fact]
    public void The_first_heartbeat_says_starting_and_nothing_more()
    {
        var heartbeat = new Story().Run(0).All<Act.Beat>().Single().Heartbeat;
        Assert.Equal((NodeStatus.Starting, null, null, "10.0.0.1"), (heartbeat.Status, heartbeat.Description, heartbeat.ReportedAt, heartbeat.Ip));
    }

    [Fact]
    public void The_server_starts_after_the_file_and_the_file_is_written_after_the_first_roster()
    {
        var story = new Story { Living = { "10.0.0.2" } }.Up();
        Assert.Equal(["Beat", "Configure", "StartServer"], story.Acts.Select(done => done.Act.GetType().Name).Where(name => name is "Beat" or "Configure" or "StartServer").Take(3));
        Assert.Equal(["10.0.0.2"], story.All<Act.Configure>()[0].Model.Routes.Select(peer => peer.Host));
    }

    [Fact]
    public void Nothing_is_written_or_started_before_there_is_a_roster()
    {
        var story = new Story { TableHangs = true }.Run(250);
        Assert.Empty(story.All<Act.Configure>());
        Assert.Empty(story.All<Act.StartServer>());
    }

    [Fact]
    public void One_that_is_alone_starts_without_routes() => Assert.Empty(new Story().Up().Routes);

    [Fact]
    public void A_healthy_server_is_up_within_half_a_second() => Assert.InRange(new Story().Up().Now, 0, 0.5);

    [Theory]
    [MemberData(nameof(Faults.AllKinds), MemberType = typeof(Faults))]
    public void Without_the_table_and_without_an_earlier_roster_the_boot_waits_and_ends_with_20(string kind)
    {
        var story = new Story { WriteFault = Faults.Of(kind), ReadFault = Faults.Of(kind) }.Run(299.9);
        Assert.Null(story.State.Exit);
        Assert.Equal(ExitCode.NoRegistry, story.Run(301).State.Exit);
        Assert.Empty(story.All<Act.StartServer>());
        Assert.Empty(story.All<Act.Report>());
    }

    [Fact]
    public void The_table_that_answers_late_is_in_time()
    {
        var story = new Story { WriteFault = Faults.Unreachable, Living = { "10.0.0.2" } }.Run(200);
        story.WriteFault = null;
        Assert.InRange(story.Up().Now, 200, 215);
        Assert.Equal(["10.0.0.2"], story.Routes);
    }

    [Fact]
    public void A_write_that_is_denied_does_not_hide_a_table_that_can_be_read() =>
        Assert.InRange(new Story { WriteFault = Faults.Denied }.Up().Now, 0, 0.5);

    [Fact]
    public void After_15_s_without_the_table_an_earlier_roster_serves_less_our_own_address()
    {
        var story = new Story { WriteFault = Faults.Unreachable, Left = new Remembered([.. Earlier], null, null) }.Run(14.9);
        Assert.Empty(story.All<Act.Configure>());
        Assert.InRange(story.Up().Now, 15, 15.5);
        Assert.Equal(["10.0.0.7"], story.Routes);
    }

    [Fact]
    public void An_earlier_roster_that_knew_nobody_serves_too() =>
        Assert.InRange(new Story { WriteFault = Faults.Unreachable, Left = new Remembered([], null, null) }.Up().Now, 15, 15.5);

    [Fact]
    public void An_earlier_roster_is_set_aside_by_the_table()
    {
        var story = new Story { Left = new Remembered([.. Earlier], null, null), Living = { "10.0.0.2" } }.Up();
        Assert.Equal(["10.0.0.2"], story.Routes);
        Assert.Empty(story.Said("earlier_roster_serves"));
    }

    [Fact]
    public void With_an_earlier_roster_a_table_that_stays_away_never_ends_the_agent()
    {
        var story = new Story { WriteFault = Faults.Unreachable, Left = new Remembered([.. Earlier], null, null) }.Run(3600);
        Assert.Null(story.State.Exit);
        Assert.Equal(ServerCondition.Up, story.State.Server.Condition);
        Assert.Single(story.All<Act.StartServer>());
    }

    [Fact]
    public void An_unusable_earlier_roster_is_said_and_does_not_serve()
    {
        var story = new Story { WriteFault = Faults.Unreachable, Left = new Remembered(null, "it is torn", null) }.Run(301);
        Assert.Single(story.Said("roster_file_unusable"));
        Assert.Equal(ExitCode.NoRegistry, story.State.Exit);
    }

    [Fact]
    public void A_file_that_the_server_refuses_before_it_ever_ran_ends_the_agent_with_50_and_the_servers_words_in_the_row()
    {
        var story = new Story { ConfigEnds = ConfigEnd.Refused }.Run(10);
        Assert.Equal(ExitCode.BadServerConfig, story.State.Exit);
        Assert.Contains("its words", story.State.LastWords);
        Assert.Contains("its words", story.Line("config_impossible").Message);
    }

    [Fact]
    public void A_file_that_cannot_be_written_before_the_server_ever_ran_ends_the_agent_with_50() =>
        Assert.Equal(ExitCode.BadServerConfig, new Story { ConfigEnds = ConfigEnd.Failed }.Run(10).State.Exit);

    [Fact]
    public void The_fixed_part_takes_the_instances_facts_where_the_settings_say_nothing()
    {
        var model = new Story(new AgentSettings { Table = "table-1", Tags = ["role:edge"] }).Up().All<Act.Configure>()[0].Model.Fixed;
        Assert.Equal(("i-1", "table-1", "10.0.0.1"), (model.ServerName, model.ClusterName, model.Address));
        Assert.Equal(["az:eu-west-1a", "instance:i-1", "role:edge"], model.Tags);
        Assert.Equal(new Version(2, 10, 27), model.ServerVersion);
    }

    [Fact]
    public void The_fixed_part_takes_the_settings_names_where_given()
    {
        var model = new Story(new AgentSettings { ServerName = "n1", ClusterName = "c1" }).Up().All<Act.Configure>()[0].Model.Fixed;
        Assert.Equal(("n1", "c1"), (model.ServerName, model.ClusterName));
    }
}
