using AwsNats.Agent;
using AwsNats.Health;
using AwsNats.Identity;
using AwsNats.Registry;
using AwsNats.ServerConfig;
using AwsNats.Settings;
using AwsNats.Supervision;
using AwsNats.Telemetry;

namespace AwsNats.Commands;

/// <summary>What a command takes from the process it runs in.</summary>
/// <param name="Version">Our own.</param>
/// <param name="Executable">Path of our own executable; null when the system does not tell.</param>
/// <param name="Variable">An environment variable's value.</param>
internal sealed record Host(string Version, string? Executable, Func<string, string?> Variable, TextWriter Error, TimeProvider Time, Random Random);

/// <summary>The command without a name: run as the agent of this instance.</summary>
internal static class RunCommand
{
    public const string DefaultServerConfig = "/etc/aws-nats/nats-server.conf";

    /// <param name="config">Path of the settings file.</param>
    /// <param name="serverConfig">Path of the server's configuration file, which the agent writes.</param>
    public static async Task<ExitCode> RunAsync(string? config, string? serverConfig, Host host, StopSignals signals)
    {
        var log = new Log(host.Error, LogFormat.Text, host.Time);
        if ((config ?? SettingsPath.Find(File.Exists)) is not { } path)
        {
            log.Write(Messages.SettingsError($"there is no settings file: give one with -c, or put it at {string.Join(" or ", SettingsPath.SearchOrder)}"));
            return ExitCode.BadSettings;
        }

        var errors = new List<string>();
        var endpoints = AwsEndpoints.Read(host.Variable, errors);
        var byRole = RoleCredentials.Apply(host.Variable, File.Exists);
        var trust = AwsTrust.Read(host.Variable, File.Exists, onlyOurConnections: byRole || host.Variable("AWS_ACCESS_KEY_ID") is not null, errors);
        var settings = Read(path, log);
        foreach (var error in errors) log.Write(Messages.SettingsError(error));
        if (settings is null || errors.Count > 0) return ExitCode.BadSettings;

        log = new Log(host.Error, settings.LogFormat, host.Time);
        var files = Files.For(serverConfig ?? DefaultServerConfig, settings.StateDirectory);
        log.Write(Messages.AgentStarting(host.Version, path, files.ServerConfig));
        if (files.MissingDirectories() is { Length: > 0 } missing)
        {
            log.Write(Messages.DirectoryMissing(missing));
            return ExitCode.BadServerConfig;
        }

        var (held, fault) = AgentLock.TryTake(files.Lock);
        if (held is null)
        {
            log.Write(Messages.LockRefused(fault!));
            return ExitCode.BadSettings;
        }

        using (held)
        {
            if (trust.HidesSystemStore) foreach (var name in AwsTrust.StoreVariables) Posix.SetNativeVariable(name, AwsTrust.Nowhere);
            var code = await RunAsync(path, settings, new Cloud(endpoints, trust, byRole), files, host, signals, log);
            log.Write(Messages.AgentEnds(code));
            return code;
        }
    }

    private static async Task<ExitCode> RunAsync(
        string path, AgentSettings settings, Cloud cloud, Files files, Host host, StopSignals signals, Log log)
    {
        using var metadata = new InstanceMetadata(cloud.Endpoints, host.Time);
        InstanceIdentity? identity;
        try
        {
            identity = await LearnIdentity.WithinBudgetAsync(metadata, settings, log, host.Time, host.Random, signals.Early);
        }
        catch (OperationCanceledException) when (signals.Early.IsCancellationRequested)
        {
            return ExitCode.Stopped;
        }

        if (identity is null) return ExitCode.NoIdentity;

        var region = settings.Region ?? identity.Region;
        using var role = cloud.ByRole ? new RoleCredentials(metadata, host.Time) : null;
        using var registry = new DynamoDbRegistry(settings.Table, region, host.Time, role, trust: cloud.Trust, keysRefused: role is null ? null : role.Doubt);
        var executable = new ServerExecutable(settings.ServerExecutable, host.Variable("PATH"), host.Time);
        using var monitor = new ServerMonitor(settings.MonitorHost, settings.MonitorPort, () => executable.Version, host.Time);
        using var health = new AutoScalingHealth(identity.InstanceId, identity.Region, cloud.Endpoints, host.Time, role, trust: cloud.Trust);
        var ports = new Ports(
            registry,
            new RosterFile(files.Roster, host.Time),
            new ServerConfigFile(files.ServerConfig, executable.TestAsync),
            executable,
            new NatsServer(Launch(settings, files, host), host.Time),
            monitor,
            health);

        using var agent = new Agent.Agent(ports, settings, identity, host.Version, log, host.Time, host.Random);
        var rereading = new Lock();
        signals.Lead(agent.AskToStop, () => Reread(path, agent, log, rereading));
        return await agent.RunAsync();
    }

    private static ServerLaunch Launch(AgentSettings settings, Files files, Host host) => new(
        host.Executable is { } self ? [self] : null,
        settings.ServerExecutable,
        host.Variable("PATH"),
        files.ServerConfig,
        files.ServerRecord,
        [
            new ListenAddress("client", settings.ClientHost, settings.ClientPort),
            new ListenAddress("cluster", settings.ClusterHost, settings.ClusterPort),
            new ListenAddress("monitor", settings.MonitorHost, settings.MonitorPort),
        ]);

    /// <summary>SIGHUP: a bad file changes nothing. Handlers run beside each other, so one after the other reads: the last to tell must be the last to have read.</summary>
    private static void Reread(string path, Agent.Agent agent, Log log, Lock rereading)
    {
        lock (rereading)
        {
            if (Read(path, log) is { } settings) agent.Take(settings);
            else log.Write(Messages.SettingsKept());
        }
    }

    /// <returns>Null when there are errors; every one of them is in the log.</returns>
    private static AgentSettings? Read(string path, Log log)
    {
        var answer = SettingsReader.Load(path, []);
        foreach (var warning in answer.Warnings) log.Write(Messages.SettingsWarning(warning));
        foreach (var error in answer.Errors) log.Write(Messages.SettingsError(error.ToString()));
        if (answer.Settings is not { } settings) return null;
        var access = new AccessPart(settings.NatsUser, settings.NatsPassword, settings.AuthorizationTimeout, settings.RouteUser, settings.RoutePassword);
        var faults = ServerConfigFaults.Of(access, settings.Include);
        foreach (var fault in faults) log.Write(Messages.SettingsError($"{path}: {fault}"));
        return faults.IsEmpty ? settings : null;
    }

    /// <summary>How this process reaches AWS.</summary>
    private sealed record Cloud(AwsEndpoints Endpoints, AwsTrust Trust, bool ByRole);
}

/// <summary>Where an agent keeps things: beside the server's configuration file, unless state-dir says otherwise.</summary>
internal sealed record Files(string ServerConfig, string Roster, string ServerRecord, string Lock)
{
    public static Files For(string serverConfig, string? stateDirectory)
    {
        var full = Path.GetFullPath(serverConfig);
        var stem = Path.Combine(stateDirectory ?? Path.GetDirectoryName(full) ?? "/", Path.GetFileName(full));
        return new Files(full, $"{stem}.roster.json", $"{stem}.server", $"{stem}.lock");
    }

    /// <summary>Directories that must be there before anything is written; empty when all are.</summary>
    public string MissingDirectories() => string.Join(", ",
        new[] { Path.GetDirectoryName(ServerConfig), Path.GetDirectoryName(Lock) }.Distinct().Where(directory => !Directory.Exists(directory)));
}
