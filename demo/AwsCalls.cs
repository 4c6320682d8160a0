using LocalCluster;

namespace Demo;

/// <summary>What the agents have asked of AWS so far.</summary>
internal sealed record AwsCalls(int Writes, int Reads, int Deletes, int AutoScaling, int Metadata)
{
    public static AwsCalls None { get; } = new(0, 0, 0, 0, 0);

    public int Total => Writes + Reads + Deletes + AutoScaling + Metadata;

    public static AwsCalls Count(Cluster cluster)
    {
        var table = cluster.Cloud.DynamoDb;
        return new AwsCalls(table.CountCalls("UpdateItem"), table.CountCalls("Scan"), table.CountCalls("DeleteItem"),
            cluster.Cloud.AutoScaling.CountCalls(), cluster.Nodes.Sum(n => n.Instance.Metadata.CountCalls()));
    }
}
