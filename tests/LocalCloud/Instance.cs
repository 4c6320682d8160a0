using System.Globalization;

namespace LocalCloud;

/// <summary>One EC2 instance. Everything settable may change while the cloud runs.</summary>
public sealed class Instance
{
    /// <summary>Six hours: what EC2 gives to a role's keys.</summary>
    private static readonly TimeSpan UsualKeyLifetime = TimeSpan.FromHours(6);

    /// <summary>Five minutes: new keys are there at least so long before the old ones end.</summary>
    private static readonly TimeSpan KeyOverlap = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly CloudClock clock;
    private readonly KeyRing keys;
    private AccessKey? roleKey;

    internal Instance(InstanceOptions options, CloudClock clock, KeyRing keys)
    {
        this.clock = clock;
        this.keys = keys;
        InstanceId = options.InstanceId;
        AvailabilityZone = options.AvailabilityZone;
        LocalIpv4 = options.LocalIpv4;
        PublicIpv4 = options.PublicIpv4;
        Ipv6 = options.Ipv6;
        Group = options.Group;
        LaunchTime = clock.Now;
        StaticKey = keys.AddLasting(InstanceId);
        Metadata = new InstanceMetadata(this, clock, options.MetadataListen);
    }

    public string InstanceId { get; }

    public string AvailabilityZone { get; }

    /// <summary>The zone without its letter.</summary>
    public string Region => AvailabilityZone[..^1];

    /// <summary>This instance's metadata service: endpoint, faults, log of calls, tokens.</summary>
    public InstanceMetadata Metadata { get; }

    /// <summary>Value for AWS_EC2_METADATA_SERVICE_ENDPOINT.</summary>
    public Uri Endpoint => Metadata.Endpoint;

    public string LocalIpv4 { get; set; }

    /// <summary>Null: the instance has none, and the path answers 404.</summary>
    public string? PublicIpv4 { get; set; }

    public string? Ipv6 { get; set; }

    public string InstanceType { get; set; } = "t4g.nano";

    public string AmiId { get; set; } = "ami-0123456789abcdef0";

    public string? UserData { get; set; }

    /// <summary>Role of the instance profile; null: none, and no credentials from the metadata service.</summary>
    public string? RoleName { get; set; } = "nats";

    public TimeSpan KeyLifetime { get; set; } = UsualKeyLifetime;

    /// <summary>A lasting key of this instance alone, for AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.</summary>
    public AccessKey StaticKey { get; }

    /// <summary>The role's present temporary key; a new one is made in time before the old one ends.</summary>
    public AccessKey RoleKey
    {
        get
        {
            lock (gate)
            {
                if (roleKey is null || roleKey.Expiration - clock.Now < KeyOverlap) roleKey = keys.AddTemporary(InstanceId, clock.Now + KeyLifetime);
                return roleKey;
            }
        }
    }

    /// <summary>New temporary keys from now on. The old ones work until they end, or no more at all.</summary>
    public void RotateRoleKey(bool revokeOld = false)
    {
        lock (gate)
        {
            if (revokeOld && roleKey is not null) keys.Forget(roleKey);
            roleKey = null;
        }
    }

    // Auto Scaling

    /// <summary>Name of its Auto Scaling group; null: it is in none.</summary>
    public string? Group { get; set; }

    /// <summary>What DescribeAutoScalingInstances says: Pending, InService, Terminating:Wait, Terminating:Proceed…</summary>
    public string LifecycleState { get; set; } = "InService";

    /// <summary>What autoscaling/target-lifecycle-state says: InService, Terminated, Standby, Warmed:Stopped…</summary>
    public string TargetLifecycleState { get; set; } = "InService";

    /// <summary>Healthy or Unhealthy, as last set by SetInstanceHealth.</summary>
    public string HealthStatus { get; internal set; } = "Healthy";

    /// <summary>For the grace period: age is counted from here.</summary>
    public DateTimeOffset LaunchTime { get; set; }

    // Notices

    /// <summary>JSON of spot/instance-action; null: no interruption is coming.</summary>
    public string? SpotInstanceAction { get; set; }

    /// <summary>JSON of events/recommendations/rebalance; null: none.</summary>
    public string? RebalanceRecommendation { get; set; }

    /// <summary>JSON array of events/maintenance/scheduled.</summary>
    public string ScheduledMaintenance { get; set; } = "[]";

    /// <summary>Anything else below /latest/, or another answer for what is there: path, for example meta-data/mac, to value; null answers 404.</summary>
    public Dictionary<string, string?> Overrides { get; } = [];

    /// <summary>A spot interruption notice; AWS gives it two minutes ahead.</summary>
    public void InterruptSpot(TimeSpan ahead) =>
        SpotInstanceAction = $$"""{"action":"terminate","time":"{{Stamp(clock.Now + ahead)}}"}""";

    public void RecommendRebalance() => RebalanceRecommendation = $$"""{"noticeTime":"{{Stamp(clock.Now)}}"}""";

    internal static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
