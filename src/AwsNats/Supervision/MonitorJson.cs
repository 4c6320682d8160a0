using System.Text.Json;

namespace AwsNats.Supervision;

/// <summary>Reads the few values that we need out of the monitor's answers. Anything that is not the expected JSON reads as null.</summary>
internal static class MonitorJson
{
    /// <summary>The words of /healthz: {"status":"unavailable","error":"JetStream is not current with the meta leader"}.</summary>
    public static string? HealthWords(ReadOnlySpan<byte> json) => TopLevelString(json, "error"u8) ?? TopLevelString(json, "status"u8);

    /// <summary>/varz, as it stands there: 2026-01-31T12:00:00.123456789Z.</summary>
    public static string? ConfigLoadTime(ReadOnlySpan<byte> json) => TopLevelString(json, "config_load_time"u8);

    /// <summary>
    /// Distinct peers of /routez: {"routes":[{"rid":1,"remote_id":"NB..."},...]}. Since 2.10 a peer has several entries (pool_size, and one for each
    /// pinned account), all with the same remote_id.
    /// </summary>
    public static int? Routes(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var peers = new HashSet<string>(StringComparer.Ordinal);
            // routes is an array at depth 1, its entries are objects at depth 2, their names stand at depth 3.
            const int entryDepth = 3;
            var seen = false;
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName) continue;
                if (reader.CurrentDepth == 1 && reader.ValueTextEquals("routes"u8)) seen = true;
                if (reader.CurrentDepth != entryDepth || !reader.ValueTextEquals("remote_id"u8)) continue;
                if (reader.Read() && reader.TokenType == JsonTokenType.String) peers.Add(reader.GetString()!);
            }

            return seen ? peers.Count : null;
        }
        catch (Exception fault) when (IsNotJson(fault))
        {
            return null;
        }
    }

    /// <summary>InvalidOperationException: a string that is no valid UTF-8.</summary>
    private static bool IsNotJson(Exception fault) => fault is JsonException or InvalidOperationException;

    private static string? TopLevelString(ReadOnlySpan<byte> json, ReadOnlySpan<byte> name)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1 || !reader.ValueTextEquals(name)) continue;
                return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            }
        }
        catch (Exception fault) when (IsNotJson(fault))
        {
        }

        return null;
    }
}
