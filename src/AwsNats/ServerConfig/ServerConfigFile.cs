using System.Text;
using AwsNats.Disk;

namespace AwsNats.ServerConfig;

/// <summary>
/// The server's configuration file. Two names are on the disk beside it:
/// <list type="bullet">
/// <item><c>.name.new</c>: the next content while it is tested. Left by a killed agent; removed by the next write.
/// <c>.name.last-good.new</c> likewise.</item>
/// <item><c>name.last-good</c>: what the server ran before; there exactly as long as the file in place has not been accepted.</item>
/// </list>
/// The file in place is whole at every instant. An agent killed between a write and its acceptance leaves a file that the server may or may
/// not have taken, with the last good one beside it: the next agent's first write then answers Written even for equal bytes, so that the
/// server is asked, and a roll back still finds what to go back to.
/// </summary>
/// <param name="path">The path that the server is started with; may be a link.</param>
/// <param name="test">The server's own test of a file: null, or its words.</param>
internal sealed class ServerConfigFile(string path, Func<string, CancellationToken, Task<string?>> test) : IServerConfigFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Until then a last good file on the disk is an earlier agent's, and nobody knows whether the server took the one in place.</summary>
    private bool isFirstWrite = true;

    public async Task<ConfigAnswer> WriteAsync(string text, CancellationToken cancellation)
    {
        try
        {
            var target = PrivateFile.Resolve(path);
            if (Directory.Exists(target)) return new(ConfigOutcome.Failed, $"cannot write {path}: it is a directory; name a file in it");
            return await ReplaceAsync(target, Utf8.GetBytes(text), cancellation).ConfigureAwait(false);
        }
        catch (Exception fault) when (PrivateFile.IsFault(fault))
        {
            return new(ConfigOutcome.Failed, PrivateFile.Words(path, fault));
        }
    }

    public Task AcceptAsync(CancellationToken cancellation)
    {
        try
        {
            File.Delete(LastGoodOf(PrivateFile.Resolve(path)));
        }
        catch (Exception fault) when (PrivateFile.IsFault(fault))
        {
            // Nobody can act on it: a later roll back would go back further than it had to, to a file that was good once.
        }

        return Task.CompletedTask;
    }

    public Task<ConfigAnswer> RollBackAsync(CancellationToken cancellation)
    {
        try
        {
            var target = PrivateFile.Resolve(path);
            var lastGood = LastGoodOf(target);
            if (!File.Exists(lastGood)) return Task.FromResult(new ConfigAnswer(ConfigOutcome.Unchanged));
            PrivateFile.Commit(lastGood, target);
            return Task.FromResult(new ConfigAnswer(ConfigOutcome.Written));
        }
        catch (Exception fault) when (PrivateFile.IsFault(fault))
        {
            return Task.FromResult(new ConfigAnswer(ConfigOutcome.Failed, PrivateFile.Words(path, fault)));
        }
    }

    private static string LastGoodOf(string target) => $"{target}.last-good";

    private async Task<ConfigAnswer> ReplaceAsync(string target, byte[] wanted, CancellationToken cancellation)
    {
        PrivateFile.TryDelete(PrivateFile.StagingPath(target));
        PrivateFile.TryDelete(PrivateFile.StagingPath(LastGoodOf(target)));
        var present = File.Exists(target) ? File.ReadAllBytes(target) : null;
        if (present is not null && wanted.AsSpan().SequenceEqual(present) && PrivateFile.TryTighten(target))
            return new(WasLeftUnaccepted(target) ? ConfigOutcome.Written : ConfigOutcome.Unchanged);

        var staged = PrivateFile.Stage(target, wanted);
        try
        {
            if (await test(staged, cancellation).ConfigureAwait(false) is { } words)
                return new(ConfigOutcome.Refused, words.Replace(staged, target, StringComparison.Ordinal));
            if (present is not null) KeepAsLastGood(target, present);
            PrivateFile.Commit(staged, target);
            isFirstWrite = false;
            return new(ConfigOutcome.Written);
        }
        finally
        {
            PrivateFile.TryDelete(staged);
        }
    }

    /// <summary>A last good file that is there already is older than the file in place, which nobody accepted: it stays the last good one.</summary>
    private static void KeepAsLastGood(string target, byte[] present)
    {
        var lastGood = LastGoodOf(target);
        if (File.Exists(lastGood)) return;
        PrivateFile.Commit(PrivateFile.Stage(lastGood, present), lastGood);
    }

    /// <summary>True once at most: later the caller knows itself what it has not accepted.</summary>
    private bool WasLeftUnaccepted(string target)
    {
        var left = isFirstWrite && File.Exists(LastGoodOf(target));
        isFirstWrite = false;
        return left;
    }
}
