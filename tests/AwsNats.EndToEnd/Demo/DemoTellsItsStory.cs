using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Demos;

/// <summary>The demo as a newcomer runs it, without a terminal.</summary>
public sealed class DemoTellsItsStory : IAsyncLifetime
{
    private readonly Subnet subnet = Subnet.Lease();
    private readonly string folder = Directory.CreateTempSubdirectory("aws-nats-demo-").FullName;
    private ChildProcess? demo;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (demo is not null) await demo.DisposeAsync();
        subnet.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task It_ends_with_a_summary_and_leaves_nothing_behind()
    {
        demo = Start();
        Assert.True(await demo.WaitForExitAsync(TimeSpan.FromMinutes(4)) == 0, demo.OutputText + demo.ErrorText);
        foreach (var said in (string[])["back after", "routes gone after", "row after", "in every configuration after", "0 lost otherwise", "no instance reported Unhealthy"])
            Assert.Contains(said, demo.OutputText);
        Assert.DoesNotContain('\u001b', demo.OutputText);
        Assert.All(demo.OutputText.Split('\n'), line => Assert.True(line.Length <= 100, $"longer than 100 columns: {line}"));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Ctrl_C_in_the_middle_cleans_all_up()
    {
        demo = Start();
        await Wait.UntilAsync(() => demo.OutputText.Contains("kill -9", StringComparison.Ordinal), TimeSpan.FromMinutes(2), text: "the second act");
        demo.Signal(Posix.Interrupt);
        Assert.NotEqual(0, await demo.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        AssertNothingIsLeft();
    }

    private ChildProcess Start()
    {
        var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
        var environment = new Dictionary<string, string> { ["TMPDIR"] = Directory.CreateDirectory(Path.Combine(folder, "tmp")).FullName, ["HOME"] = folder };
        foreach (var name in (string[])["PATH", "DOTNET_ROOT", "AWS_NATS_BINARY", "DYNALITE_HOME"])
            if (Environment.GetEnvironmentVariable(name) is { } value) environment[name] = value;
        return ChildProcess.Start(Path.Combine(Repository.Root, "demo", "bin", configuration, "net10.0", "Demo"), [], environment, subnet, folder, Path.Combine(folder, "demo"));
    }

    private void AssertNothingIsLeft()
    {
        Assert.Empty(Directory.EnumerateDirectories(Path.Combine(folder, "tmp"), "aws-nats-cluster-*"));
        var left = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Select(name => string.Join(' ', ProcFs.CommandLine(int.Parse(name!)))).Where(line => line.Contains(folder, StringComparison.Ordinal));
        Assert.Empty(left);
    }
}
