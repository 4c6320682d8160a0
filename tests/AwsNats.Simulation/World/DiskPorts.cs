using System.Collections.Immutable;
using AwsNats.Registry;
using AwsNats.ServerConfig;

namespace AwsNats.Simulation.World;

internal sealed class RosterFilePort(AgentProcess process) : IRosterFile
{
    private static readonly TimeSpan Write = TimeSpan.FromMilliseconds(2); // arbitrary: a small file
    private readonly Disk disk = process.Host.Disk;

    public Task<string?> SaveAsync(ImmutableArray<Peer> peers, CancellationToken cancellation) => process.Later(Write, () =>
    {
        if (disk.IsFull) return "no space left";
        disk.Roster = peers;
        return null;
    }, cancellation);

    public Task<(ImmutableArray<Peer>? Peers, string? Fault)> LoadAsync(CancellationToken cancellation) =>
        process.Later<(ImmutableArray<Peer>? Peers, string? Fault)>(Write, () => (disk.Roster, null), cancellation);
}

/// <summary>The configuration file with the real one's rules about the last good file, the server's own test taken from the disk's settings.</summary>
internal sealed class ConfigFilePort(AgentProcess process) : IServerConfigFile
{
    private readonly Host host = process.Host;
    private readonly Disk disk = process.Host.Disk;
    private bool isFirstWrite = true;

    public Task<ConfigAnswer> WriteAsync(string text, CancellationToken cancellation)
    {
        process.Fleet.Watch.ConfigWanted(process, disk.Config, text);
        if (text == disk.Config)
        {
            var left = isFirstWrite && disk.LastGood is not null;
            isFirstWrite = false;
            return Task.FromResult(new ConfigAnswer(left ? ConfigOutcome.Written : ConfigOutcome.Unchanged));
        }

        // The server's own test: a process that starts, reads and ends.
        return process.Later(process.Fleet.Between(0.01, 0.2), () =>
        {
            if (disk.TestSays is { } words) return new ConfigAnswer(ConfigOutcome.Refused, words);
            if (disk.IsFull) return new ConfigAnswer(ConfigOutcome.Failed, "no space left");
            disk.LastGood ??= disk.Config;
            disk.Config = text;
            isFirstWrite = false;
            return new ConfigAnswer(ConfigOutcome.Written);
        }, cancellation);
    }

    public Task AcceptAsync(CancellationToken cancellation)
    {
        disk.LastGood = null;
        return Task.CompletedTask;
    }

    public Task<ConfigAnswer> RollBackAsync(CancellationToken cancellation)
    {
        if (disk.LastGood is null) return Task.FromResult(new ConfigAnswer(ConfigOutcome.Unchanged));
        process.Fleet.Trace.Note(host.Name, "rolls its configuration back");
        (disk.Config, disk.LastGood) = (disk.LastGood, null);
        return Task.FromResult(new ConfigAnswer(ConfigOutcome.Written));
    }
}
