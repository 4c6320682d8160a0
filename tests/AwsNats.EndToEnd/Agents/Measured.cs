using Xunit;

namespace AwsNats.EndToEnd.Agents;

/// <summary>Figures of a run, in the test's output: what the documentation quotes.</summary>
internal static class Measured
{
    public static void Say(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
