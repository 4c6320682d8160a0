using System.Runtime.CompilerServices;
using AwsNats.Settings;
using AwsNats.Simulation.World;

namespace AwsNats.Simulation;

/// <summary>
/// Plays a scenario once for every seed. In the environment, AWS_NATS_SEED=17 plays that one seed alone, with everything that happens on standard
/// output; AWS_NATS_SEEDS=20 plays twenty times as many seeds, for a long search.
/// </summary>
internal static class Seeds
{
    private const string Variable = "AWS_NATS_SEED";
    private const string Factor = "AWS_NATS_SEEDS";

    /// <param name="count">Seeds 1 to this.</param>
    /// <param name="play">Builds the fleet's life and lets it run; throws <see cref="SimulationFailure"/> by the fleet's watch.</param>
    public static void Play(int count, Action<Fleet> play, AgentSettings? settings = null, [CallerMemberName] string scenario = "")
    {
        if (int.TryParse(Environment.GetEnvironmentVariable(Variable), out var only))
        {
            PlayOne(only, play, settings, scenario, Console.Out);
            return;
        }

        count *= int.TryParse(Environment.GetEnvironmentVariable(Factor), out var factor) ? factor : 1;
        var (hours, events) = (TimeSpan.Zero, 0L);
        for (var seed = 1; seed <= count; seed++)
        {
            var fleet = PlayOne(seed, play, settings, scenario, output: null);
            hours += fleet.Now;
            events += fleet.Pump.Events;
        }

        Console.WriteLine($"  {scenario.Replace('_', ' ')}: {count} seeds, {hours.TotalHours:0.0} virtual hours, {events / 1000} thousand events");
    }

    public static Fleet PlayOne(int seed, Action<Fleet> play, AgentSettings? settings, string scenario, TextWriter? output)
    {
        var fleet = new Fleet(seed, settings ?? new AgentSettings(), output);
        try
        {
            play(fleet);
            return fleet;
        }
        catch (Exception failure)
        {
            throw new SimulationFailure(
                $"seed {seed} of {scenario}: {failure.Message}\nreplay it: {Variable}={seed} ./build.sh test simulation -method '*{scenario}'", failure);
        }
    }
}
