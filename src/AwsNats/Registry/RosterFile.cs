using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using AwsNats.Disk;
using AwsNats.ServerConfig;

namespace AwsNats.Registry;

/// <summary>
/// The last roster on disk: a reboot while AWS is out of reach still finds its peers. The file is written only when the peers change.
/// </summary>
internal sealed class RosterFile(string path, TimeProvider clock) : IRosterFile
{
    /// <summary>1 MiB: room for some twenty thousand peers; a longer file is not ours.</summary>
    private const long MaxBytes = 1 << 20;

    private ImmutableSortedSet<Peer>? onDisk;

    Task<string?> IRosterFile.SaveAsync(ImmutableArray<Peer> peers, CancellationToken cancellation) => SaveAsync([.. peers], cancellation);

    Task<(ImmutableArray<Peer>? Peers, string? Fault)> IRosterFile.LoadAsync(CancellationToken cancellation)
    {
        var disk = Load();
        return Task.FromResult(((ImmutableArray<Peer>?)(File.Exists(path) && disk.Fault is null ? [.. disk.Peers] : null), disk.Fault));
    }

    /// <returns>Null, or why the file could not be written, with the repair. Worth a line in the log, no more.</returns>
    public Task<string?> SaveAsync(ImmutableSortedSet<Peer> peers, CancellationToken cancellation)
    {
        if (onDisk is not null && onDisk.SetEquals(peers)) return Task.FromResult<string?>(null);
        try
        {
            var roster = new SavedRoster(clock.GetUtcNow().ToUnixTimeSeconds(), [.. peers.Select(peer => new SavedPeer(peer.Host, peer.Port))]);
            var target = PrivateFile.Resolve(path);
            PrivateFile.Commit(PrivateFile.Stage(target, Text(roster)), target);
            onDisk = peers;
            return Task.FromResult<string?>(null);
        }
        catch (Exception fault) when (PrivateFile.IsFault(fault))
        {
            return Task.FromResult<string?>(PrivateFile.Words(path, fault));
        }
    }

    /// <summary>Reads the file. Entries that are no peers are left out and counted in <see cref="RosterOnDisk.Fault"/>; nothing throws.</summary>
    public RosterOnDisk Load()
    {
        try
        {
            if (!File.Exists(path)) return new([], null, null);
            if (new FileInfo(PrivateFile.Resolve(path)).Length > MaxBytes) return Unreadable("it is longer than any roster");
            return Parse(File.ReadAllBytes(path)) is { } saved ? Judge(saved) : Unreadable("it holds no roster");
        }
        catch (JsonException fault)
        {
            return Unreadable(fault.Message);
        }
        catch (Exception fault) when (PrivateFile.IsFault(fault))
        {
            return Unreadable(fault.Message);
        }
    }

    // Written and read by hand: a serializer for these two records would add 0.2 MB to the binary.
    private static byte[] Text(SavedRoster roster)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteNumber("saved", roster.Saved);
        json.WriteStartArray("peers");
        foreach (var peer in roster.Peers ?? [])
        {
            json.WriteStartObject();
            json.WriteString("host", peer?.Host);
            json.WriteNumber("port", peer?.Port ?? 0);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <returns>Null when it is no roster at all; an entry that is no peer is null or holds what no peer has.</returns>
    private static SavedRoster? Parse(byte[] text)
    {
        using var document = JsonDocument.Parse(text);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("peers", out var peers) || peers.ValueKind != JsonValueKind.Array) return null;
        var saved = root.TryGetProperty("saved", out var at) && at.ValueKind == JsonValueKind.Number && at.TryGetInt64(out var seconds) ? seconds : -1;
        return new SavedRoster(saved, [.. peers.EnumerateArray().Select(Entry)]);
    }

    /// <exception cref="JsonException">It is not of an entry's shape.</exception>
    private static SavedPeer? Entry(JsonElement entry) =>
        entry.ValueKind == JsonValueKind.Null ? null
        : entry.ValueKind == JsonValueKind.Object
        && entry.TryGetProperty("host", out var host) && host.ValueKind == JsonValueKind.String
        && entry.TryGetProperty("port", out var port) && port.ValueKind == JsonValueKind.Number && port.TryGetInt32(out var number)
            ? new SavedPeer(host.GetString(), number)
            : throw new JsonException("an entry is no host and port");

    private RosterOnDisk Judge(SavedRoster saved)
    {
        var entries = saved.Peers ?? [];
        var peers = entries.Where(IsPeer).Select(entry => new Peer(entry!.Host!, entry.Port)).ToImmutableSortedSet();
        var strangers = entries.Count(entry => !IsPeer(entry));
        if (strangers == 0) onDisk = peers;
        var fault = strangers == 0 ? null : $"{path}: {strangers} of {entries.Length} entries are no peers and are left out";
        return new(peers, SavedAt(saved.Saved), fault);
    }

    private RosterOnDisk Unreadable(string why) =>
        new([], null, $"{path} is not a roster and is passed over: {why.TrimEnd('.')}; the next roster replaces it");

    private static DateTimeOffset? SavedAt(long seconds) =>
        seconds >= 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static bool IsPeer(SavedPeer? entry) =>
        entry is { Host: { } host, Port: > 0 and <= IPEndPoint.MaxPort } && (IsAddress(host) || IsHostName(host));

    /// <summary>Only the one spelling that we write: .NET also takes "1" and "0x7f.1" for addresses.</summary>
    private static bool IsAddress(string host) => IPAddress.TryParse(host, out var address) && address.ToString() == host && !host.Contains('%');

    /// <summary>RFC 1123: labels of 1 to 63 letters, digits and inner hyphens, 253 characters in all, the last label not a number.</summary>
    private static bool IsHostName(string host)
    {
        if (host.Length > 253) return false;
        var labels = host.Split('.');
        return labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit);
    }

    private static bool IsLabel(string label) => label.Length is >= 1 and <= 63
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && label[0] != '-' && label[^1] != '-';
}

/// <summary>What the file said.</summary>
/// <param name="Peers">Empty when there is no file or none that can be used.</param>
/// <param name="SavedAt">When the peers last changed, in this host's clock; null when not known.</param>
/// <param name="Fault">What is wrong with the file; null when nothing is, or when there is none.</param>
internal sealed record RosterOnDisk(ImmutableSortedSet<Peer> Peers, DateTimeOffset? SavedAt, string? Fault);

/// <param name="Saved">Epoch seconds.</param>
internal sealed record SavedRoster(long Saved, ImmutableArray<SavedPeer?>? Peers);

internal sealed record SavedPeer(string? Host, int Port);
