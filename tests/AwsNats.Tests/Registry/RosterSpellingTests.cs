using AwsNats.Registry;
using Xunit;
using static AwsNats.Tests.Registry.RosterStory;

namespace AwsNats.Tests.Registry;

/// <summary>Two rows whose keys spell the same host differently: each is watched on its own, and the one that lives speaks for the host.</summary>
public sealed class RosterSpellingTests
{
    private const string Short = "fd00::2";
    private const string Long = "fd00:0:0:0:0:0:0:2";

    public static TheoryData<bool> BothOrders => [true, false];

    [Theory]
    [MemberData(nameof(BothOrders))]
    public void A_host_is_live_when_one_of_its_rows_changes(bool deadFirst)
    {
        var story = new RosterStory();
        for (var at = 0; at <= 200; at += 10) story.Read(at, InOrder(deadFirst, Row(Long, -50), Row(Short, at)));
        Assert.Equal(Short, Assert.Single(story.Roster.Routes).Host);
    }

    [Theory]
    [MemberData(nameof(BothOrders))]
    public void A_dead_row_from_the_future_does_not_silence_the_living_one(bool deadFirst)
    {
        var story = new RosterStory();
        for (var at = 0; at <= 200; at += 10) story.Read(at, InOrder(deadFirst, Row(Long, 10_000), Row(Short, at)));
        Assert.Equal(Short, Assert.Single(story.Roster.Routes).Host);
    }

    [Theory]
    [MemberData(nameof(BothOrders))]
    public void A_dead_row_is_not_woken_by_the_other_ones_disappearance(bool deadFirst)
    {
        var story = new RosterStory();
        for (var at = 0; at <= 100; at += 10) story.Read(at, InOrder(deadFirst, Row(Long, -50), Row(Short, at)));
        story.Read(110, Row(Long, -50));
        Assert.Empty(story.Roster.Routes);
    }

    [Theory]
    [MemberData(nameof(BothOrders))]
    public void A_dead_row_can_be_deleted_beside_the_living_one_of_the_same_host(bool deadFirst)
    {
        var story = new RosterStory();
        for (var at = 0; at <= 200; at += 10) story.Read(at, InOrder(deadFirst, Row(Long, -50), Row(Short, at)));
        Assert.Equal([Long], story.Deletable());
    }

    [Fact]
    public void Names_that_differ_by_case_alone_are_one_host()
    {
        var story = new RosterStory(Rules with { AllowHostNames = true }).Read(0, Row("Node-2.example", 0), Row("node-2.EXAMPLE", 0), Row("node-3.example", 0));
        Assert.Equal(["node-2.example", "node-3.example"], story.Roster.Routes.Select(entry => entry.Host).Order());
    }

    [Theory]
    [MemberData(nameof(BothOrders))]
    public void Of_two_living_rows_of_one_host_the_younger_gives_the_one_route(bool olderFirst) =>
        Assert.Equal(6222, Assert.Single(new RosterStory().Read(0, InOrder(olderFirst, Row(Long, -5), Row(Short, -1, clusterPort: "6222"))).Roster.Routes).Port);

    private static Row[] InOrder(bool deadFirst, Row dead, Row living) => deadFirst ? [dead, living] : [living, dead];
}
