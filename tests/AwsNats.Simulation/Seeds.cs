using System.Runtime.CompilerServices;
using AwsNats.Settings;
using AwsNats.Simulation.World;

namespace AwsNats.Simulation;

/// <summary>Plays a scenario once for every seed. AWS_NATS_SEED in the environment plays that one seed alone, with everything that happens on standard output.</summary>
internal static class Seeds
{
    public const string Variable = "AWS_NATS_SEED";

    /// <param name="count">Seeds 1 to this.</param>
    /// <param name="play">Builds the fleet's life and lets it run; throws <see cref="SimulationFailure"/> by the fleet's watch.</param>
    public static void Play(int count, Action<Fleet> play, AgentSettings? settings = null, [CallerMemberName] string scenario = "")
    {
        if (int.TryParse(Environment.GetEnvironmentVariable(Variable), out var only))
        {
            PlayOne(only, play, settings, scenario, Console.Out);
            return;
        }

        var (hours, events) = (TimeSpan.Zero, 0L);
        for (var seed = 1; seed <= count; seed++)
        {
            var fleet = PlayOne(seed, play, settings, scenario, output: null);
            hours += fleet.Now;
            events += fleet.Pump.Events;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} seeds, {hours.TotalHours:0.0} virtual hours, {events} events");
    }

    public static Fleet PlayOne(int seed, Action<Fleet> play, AgentSettings? settings, string scenario, TextWriter? output)
    {
        var fleet = new Fleet(seed, settings ?? new AgentSettings(), output);
        try
        {
            play(fleet);
            return fleet;
        }
        catch (SimulationFailure failure)
        {
            throw new SimulationFailure(
                $"seed {seed} of {scenario}: {failure.Message}\nreplay it: {Variable}={seed} ./build.sh test simulation -method '*{scenario}'");
        }
    }
}
