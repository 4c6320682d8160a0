using LocalCluster;
using Xunit;

namespace AwsNats.EndToEnd.Clusters;

public sealed class ProcessesAreSteered : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder folder = new();
    private readonly Subnet subnet = Subnet.Lease();

    public void Dispose()
    {
        subnet.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task Standard_error_goes_to_a_file_and_the_exit_code_is_kept()
    {
        await using var child = Shell("echo to-error >&2; exit 70");
        Assert.Equal(70, await child.WaitForExitAsync(Soon));
        Assert.Equal("to-error\n", child.ErrorText);
        Assert.Equal("", child.OutputText);
    }

    [Fact]
    public async Task Standard_error_is_no_pipe()
    {
        await using var child = Shell("readlink /proc/self/fd/2");
        await child.WaitForExitAsync(Soon);
        Assert.Equal(child.ErrorFile, child.OutputText.Trim());
    }

    [Fact]
    public async Task The_pid_is_the_programs_own()
    {
        await using var child = Shell("echo $$");
        await child.WaitForExitAsync(Soon);
        Assert.Equal(child.Pid, int.Parse(child.OutputText));
    }

    [Fact]
    public async Task A_signal_reaches_it()
    {
        await using var child = Shell("trap 'echo hup; exit 3' HUP; echo ready; while :; do sleep 0.05; done");
        await Wait.UntilAsync(() => child.OutputText.Contains("ready", StringComparison.Ordinal), Soon);
        child.Signal(Posix.Hangup);
        Assert.Equal(3, await child.WaitForExitAsync(Soon));
    }

    [Fact]
    public async Task Being_killed_reads_as_128_plus_the_signal()
    {
        await using var child = Shell("exec sleep 60");
        child.Signal(Posix.Kill);
        Assert.Equal(128 + Posix.Kill, await child.WaitForExitAsync(Soon));
    }

    [Fact]
    public async Task A_wait_that_is_over_tells_the_last_words()
    {
        await using var child = Shell("echo last words >&2; exec sleep 60");
        await Wait.UntilAsync(() => child.ErrorText.Length > 0, Soon);
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => child.WaitForExitAsync(TimeSpan.FromMilliseconds(100)));
        Assert.Contains("last words", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_inherited_from_our_environment()
    {
        await using var child = ChildProcess.Start("/usr/bin/env", [], new Dictionary<string, string> { ["ONLY"] = "this" }, subnet, folder.Path, folder.Path + "/log");
        await child.WaitForExitAsync(Soon);
        var names = child.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('=')[0]);
        Assert.Equal(["LOCAL_CLUSTER_SUBNET", "ONLY"], names.Except(["PWD", "_", "SHLVL", "OLDPWD"]).Order()); // the rest is the shell's
    }

    [Fact]
    public async Task An_agents_server_is_found_and_its_configuration_tests_are_not()
    {
        var script = Script("""
            sh -c 'exec -a nats-server sleep 60' -t -c x &
            (exec "$SLEEPER" -c "$4") &
            sleep 60
            """);
        var sleeper = Path.Combine(folder.Path, "nats-server");
        await File.WriteAllTextAsync(sleeper, "#!/bin/sh\nwhile :; do sleep 0.1; done\n", TestContext.Current.CancellationToken);
        Executable(sleeper);
        await using var agent = AgentProcess.Start(script, ["-c", "a", "-n", "nats.conf"],
            new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["SLEEPER"] = sleeper }, subnet, folder.Path, folder.Path + "/agent");
        await Wait.UntilAsync(() => agent.ServerPid is not null, Soon);
        Assert.Contains("nats.conf", ProcFs.CommandLine(agent.ServerPid!.Value));
    }

    internal static void Executable(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private ChildProcess Shell(string script) => ChildProcess.Start(
        "/bin/sh", ["-c", script], new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" }, subnet, folder.Path, folder.Path + "/log");

    private string Script(string body)
    {
        var path = Path.Combine(folder.Path, "agent.sh");
        File.WriteAllText(path, "#!/bin/sh\n" + body);
        Executable(path);
        return path;
    }
}
