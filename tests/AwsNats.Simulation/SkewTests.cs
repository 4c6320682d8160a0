using AwsNats.Simulation.World;

namespace AwsNats.Simulation;

/// <summary>Wrong clocks and nothing else: nobody may notice.</summary>
public sealed class SkewTests
{
    private const int TenMinutes = 600;

    [Fact]
    public void Clocks_ten_minutes_off_delete_no_live_row_and_drop_no_route() => Seeds.Play(500, fleet =>
    {
        fleet.Watch.OnlyClocks = true;
        fleet.Boot(fleet.Random.Next(6, 15), TimeSpan.FromSeconds(60), () => SomeSkew(fleet));
        for (var i = fleet.Random.Next(3); i > 0; i--) fleet.AddOldScript(SomeSkew(fleet));
        fleet.Run(TimeSpan.FromSeconds(60));
        fleet.MustSettle();
        var loads = fleet.Watch.Loads;
        fleet.Run(TimeSpan.FromMinutes(3));
        // A clock that is put right, or wrong, in the middle of a life is a step that nobody else may feel.
        foreach (var host in fleet.Hosts.Where(_ => fleet.Chance(0.5))) host.Skew = SomeSkew(fleet);
        fleet.Run(TimeSpan.FromMinutes(3));
        Assert.Equal(loads, fleet.Watch.Loads);
        Assert.Equal(0, fleet.Watch.RowsDeleted);
        // One more joins: nobody is dropped for it.
        fleet.Boot(1, TimeSpan.Zero, () => SomeSkew(fleet));
        fleet.MustSettle();
    });

    /// <summary>A third of the clocks are right, the others up to ten minutes and a bit off either way.</summary>
    private static TimeSpan SomeSkew(Fleet fleet) =>
        fleet.Chance(0.33) ? TimeSpan.Zero : fleet.Chance(0.5) ? fleet.Between(-TenMinutes - 30, TenMinutes + 30) : TimeSpan.FromSeconds(fleet.Chance(0.5) ? TenMinutes : -TenMinutes);
}
