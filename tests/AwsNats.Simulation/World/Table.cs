using System.Collections.Immutable;
using AwsNats.Registry;

namespace AwsNats.Simulation.World;

/// <summary>The table as DynamoDB keeps it: one row per ip, whole-row puts, updates that leave foreign attributes, deletes on condition.</summary>
internal sealed class Table
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(1); // what the adapter writes into `expires`

    private readonly SortedDictionary<string, Row> rows = new(StringComparer.Ordinal);
    private ImmutableArray<Row>? snapshot = [];

    public Row? this[string ip] => rows.GetValueOrDefault(ip);

    public int Count => rows.Count;

    public ImmutableArray<Row> Scan() => snapshot ??= [.. rows.Values];

    /// <summary>The old script's write: what was there before is gone.</summary>
    public void Put(Row row)
    {
        rows[row.Ip] = row;
        snapshot = null;
    }

    public void Update(Heartbeat beat)
    {
        Put(new Row(beat.Ip, Text(beat.Time))
        {
            Status = beat.Status.ToString().ToLowerInvariant(),
            Description = beat.Description,
            InstanceId = beat.Node.InstanceId,
            ClusterPort = $"{beat.Node.ClusterPort}",
            Expires = Text(beat.Time + Lifetime),
            ReportedAt = beat.ReportedAt is { } at ? Text(at) : null,
        });
    }

    public bool Delete(string ip, Func<Row, bool> condition)
    {
        if (!rows.TryGetValue(ip, out var row) || !condition(row)) return false;
        rows.Remove(ip);
        snapshot = null;
        return true;
    }

    public static string Text(DateTimeOffset time) => $"{time.ToUnixTimeSeconds()}";
}
