using Amazon.DynamoDBv2.Model;

namespace AwsNats.Registry;

/// <summary>
/// The attributes of a row and the expressions over them. Every name is aliased, since `time`, `status`, `server` and more are reserved words.
/// </summary>
internal static class DynamoDbRequests
{
    public const string Ip = "ip";
    private const string Time = "time";
    private const string Status = "status";
    private const string Description = "description";
    private const string InstanceId = "instance_id";
    private const string ServerName = "server_name";
    private const string Zone = "az";
    private const string Agent = "agent";
    private const string Server = "server";
    private const string ClientPort = "client_port";
    private const string ClusterPort = "cluster_port";
    private const string MonitorPort = "monitor_port";
    private const string Expires = "expires";
    private const string ReportedAt = "reported_at";

    /// <summary>A day after its last heartbeat the table's time-to-live may remove a row: long enough for a person to read why a server died.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(1);

    // Shared by all requests: the SDK only reads them.
    private static readonly Dictionary<string, string> WriteAliases = Aliases(Time, Status, Description, InstanceId, ServerName, Zone, Agent,
        Server, ClientPort, ClusterPort, MonitorPort, Expires, ReportedAt);

    private static readonly Dictionary<string, string> ReadAliases = Aliases(Ip, Time, Status, Description, InstanceId, ServerName, Zone, Agent,
        Server, ClientPort, ClusterPort, MonitorPort, Expires, ReportedAt);

    private static readonly Dictionary<string, string> TimeAlias = Aliases(Time);
    private static readonly Dictionary<string, string> InstanceIdAlias = Aliases(InstanceId);
    private static readonly string Projection = string.Join(',', ReadAliases.Keys);

    /// <summary>An update, never a put: attributes that others added stay.</summary>
    public static UpdateItemRequest Announce(string table, Heartbeat beat)
    {
        var values = new Dictionary<string, AttributeValue>(WriteAliases.Count);
        var set = new List<string>(WriteAliases.Count);
        var remove = new List<string>(3);
        Put(Time, Number(beat.Time.ToUnixTimeSeconds()));
        Put(Status, Text(Word(beat.Status)));
        Put(InstanceId, Text(beat.Node.InstanceId));
        Put(ServerName, Text(beat.Node.ServerName));
        Put(Zone, Text(beat.Node.AvailabilityZone));
        Put(Agent, Text(beat.Node.AgentVersion));
        Put(Server, beat.Node.ServerVersion is { } version ? Text(version) : null);
        Put(ClientPort, Number(beat.Node.ClientPort));
        Put(ClusterPort, Number(beat.Node.ClusterPort));
        Put(MonitorPort, Number(beat.Node.MonitorPort));
        Put(Expires, Number((beat.Time + Lifetime).ToUnixTimeSeconds()));
        Put(Description, beat.Description is { } why ? Text(why) : null);
        Put(ReportedAt, beat.ReportedAt is { } at ? Number(at.ToUnixTimeSeconds()) : null);

        return new UpdateItemRequest
        {
            TableName = table,
            Key = Key(beat.Ip),
            UpdateExpression = "SET " + string.Join(',', set) + (remove.Count > 0 ? " REMOVE " + string.Join(',', remove) : ""),
            ExpressionAttributeNames = WriteAliases,
            ExpressionAttributeValues = values,
        };

        void Put(string name, AttributeValue? value)
        {
            if (value is null)
            {
                remove.Add("#" + name);
                return;
            }

            values.Add(":" + name, value);
            set.Add($"#{name}=:{name}");
        }
    }

    /// <param name="limit">Rows a page at most: a page of DynamoDB's own megabyte would cost several times that in memory while it is parsed.</param>
    /// <param name="after">Where the last page ended; null at the first.</param>
    public static ScanRequest Read(string table, int limit, Dictionary<string, AttributeValue>? after) => new()
    {
        TableName = table,
        ConsistentRead = true,
        Limit = limit,
        ProjectionExpression = Projection,
        ExpressionAttributeNames = ReadAliases,
        ExclusiveStartKey = after,
    };

    public static DeleteItemRequest Delete(string table, string ip, string seenTime) => new()
    {
        TableName = table,
        Key = Key(ip),
        ConditionExpression = "#time = :seen",
        ExpressionAttributeNames = TimeAlias,
        ExpressionAttributeValues = new() { [":seen"] = new AttributeValue { N = seenTime } },
    };

    public static DeleteItemRequest DeleteOwn(string table, string ip, string instanceId) => new()
    {
        TableName = table,
        Key = Key(ip),
        ConditionExpression = "attribute_not_exists(#instance_id) OR #instance_id = :me",
        ExpressionAttributeNames = InstanceIdAlias,
        ExpressionAttributeValues = new() { [":me"] = Text(instanceId) },
    };

    /// <returns>Null when the key is missing, which no table of ours can give.</returns>
    public static Row? Row(Dictionary<string, AttributeValue> item)
    {
        if (TextOf(Ip) is not { } ip) return null;
        return new Row(ip, NumberOf(Time), TextOf(Status), TextOf(Description), TextOf(InstanceId), NumberOf(ClusterPort), NumberOf(Expires),
            NumberOf(ReportedAt), TextOf(ServerName), TextOf(Zone), TextOf(Agent), TextOf(Server), NumberOf(ClientPort), NumberOf(MonitorPort));

        string? TextOf(string name) => item.TryGetValue(name, out var value) ? value.S : null;
        string? NumberOf(string name) => item.TryGetValue(name, out var value) ? value.N : null;
    }

    /// <summary>The status as it stands in the row; the first three are the old script's words.</summary>
    public static string Word(NodeStatus status) => status switch
    {
        NodeStatus.Starting => "starting",
        NodeStatus.Working => "working",
        NodeStatus.Error => "error",
        NodeStatus.Draining => "draining",
        _ => throw new ArgumentOutOfRangeException(nameof(status)),
    };

    private static Dictionary<string, AttributeValue> Key(string ip) => new(1) { [Ip] = Text(ip) };

    private static AttributeValue Text(string value) => new() { S = value };

    private static AttributeValue Number(long value) => new() { N = value.ToString() };

    private static Dictionary<string, string> Aliases(params ReadOnlySpan<string> names)
    {
        var aliases = new Dictionary<string, string>(names.Length);
        foreach (var name in names) aliases.Add("#" + name, name);
        return aliases;
    }
}
