using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Clusters;

public sealed class SubnetsAreOurs
{
    [Fact]
    public void Two_leases_never_share_addresses()
    {
        using var first = Subnet.Lease();
        using var second = Subnet.Lease();
        Assert.NotEqual(first.ToString(), second.ToString());
        Assert.StartsWith("127.", first.Host(1).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_started_for_a_subnet_ends_with_it_grandchildren_included()
    {
        using var folder = new TemporaryFolder();
        int grandchild;
        await using (var shell = StartOrphaningShell(folder, out var subnet))
        {
            await Wait.UntilAsync(() => shell.OutputText.EndsWith('\n'), TimeSpan.FromSeconds(10));
            grandchild = int.Parse(shell.OutputText);
            Assert.Contains(grandchild, subnet.Processes());
            subnet.Dispose();
            Assert.Empty(subnet.Processes());
        }
        Assert.False(ProcFs.IsAlive(grandchild));
    }

    [Fact]
    public async Task Nobody_elses_process_is_touched()
    {
        using var folder = new TemporaryFolder();
        using var mine = Subnet.Lease();
        using var other = Subnet.Lease();
        await using var sleeper = ChildProcess.Start("/bin/sleep", ["60"], new Dictionary<string, string>(), other, folder.Path, folder.Path + "/log");
        await Wait.UntilAsync(() => other.Processes().Count == 1, TimeSpan.FromSeconds(10));
        Assert.Equal(0, mine.KillAll());
        Assert.True(ProcFs.IsAlive(sleeper.Pid));
    }

    /// <summary>A shell that starts a background process of another session, says its pid and ends: an orphan stays.</summary>
    private static ChildProcess StartOrphaningShell(TemporaryFolder folder, out Subnet subnet)
    {
        subnet = Subnet.Lease();
        return ChildProcess.Start("/bin/sh", ["-c", "setsid sleep 60 & echo $!"], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
            subnet, folder.Path, folder.Path + "/log");
    }
}

/// <summary>A folder that is gone with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("aws-nats-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
