using LocalCloud;
using Xunit;

namespace AwsNats.EndToEnd.Faults;

/// <summary>The table is out of reach for 90 s at the real pace, in every way that it can be.</summary>
public sealed class TableOutages(LongOutages outages) : IClassFixture<LongOutages>
{
    /// <summary>One write and one read each 10 s.</summary>
    private static readonly int UsualCalls = 2 * (int)(LongOutages.Length / LongOutages.Interval);

    public static TheoryData<FaultKind> Kinds => [.. LongOutages.Kinds];

    [Theory, MemberData(nameof(Kinds))]
    public async Task Clients_stay_connected_and_hear_every_message(FaultKind kind)
    {
        var outage = await outages.Of(kind);
        TestContext.Current.SendDiagnosticMessage(
            $"{kind}: {outage.Published} messages, calls {string.Join(' ', outage.Calls)}, resumed after {outage.ResumedAfter.TotalSeconds:0.0} s, {outage.LinesDuring.Max(l => l.Count)} lines");
        Assert.True(outage.Published > 1000, $"only {outage.Published} messages were published");
        Assert.Equal((0, 0), (outage.Lost, outage.Disconnections));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Servers_run_on_with_the_routes_they_had(FaultKind kind)
    {
        var outage = await outages.Of(kind);
        Assert.Equal(2, outage.ServersBefore.Count);
        Assert.Equal(outage.ServersBefore, outage.ServersAfter);
        Assert.Equal(outage.ConfigsBefore, outage.ConfigsAfter);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task Nobody_is_reported_unhealthy(FaultKind kind) =>
        Assert.Equal(["Healthy", "Healthy"], (await outages.Of(kind)).Reports);

    [Theory, MemberData(nameof(Kinds))]
    public async Task Heartbeats_resume_within_15_seconds(FaultKind kind) =>
        Assert.InRange((await outages.Of(kind)).ResumedAfter, TimeSpan.Zero, TimeSpan.FromSeconds(15));

    [Theory, MemberData(nameof(Kinds))]
    public async Task Calls_stay_below_twice_the_usual_rate(FaultKind kind)
    {
        var outage = await outages.Of(kind);
        if (kind == FaultKind.Refuse) Assert.All(outage.Calls, calls => Assert.Equal(0, calls)); // nothing listens, nothing is counted
        else Assert.All(outage.Calls, calls => Assert.InRange(calls, 1, 2 * UsualCalls - 1));
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task The_log_says_once_what_is_wrong_and_once_that_it_is_over(FaultKind kind)
    {
        var outage = await outages.Of(kind);
        foreach (var lines in outage.LinesDuring)
        {
            Assert.Collection(lines.Where(line => line.Contains(" registry_", StringComparison.Ordinal)),
                failing => Assert.Contains(" registry_failing kind=", failing, StringComparison.Ordinal),
                back => Assert.Contains(" registry_back after_s=", back, StringComparison.Ordinal));
        }
    }
}
