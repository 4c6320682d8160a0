namespace LocalCloud;

/// <summary>
/// As much of AWS, on loopback, as the agent speaks to: an Auto Scaling API, DynamoDB's front, and a metadata service for each instance.
/// </summary>
public sealed class Cloud : IAsyncDisposable
{
    private readonly CloudClock clock;
    private readonly KeyRing keys = new();
    private readonly Lock gate = new();
    private readonly List<Instance> instances = [];

    private Cloud(CloudOptions options)
    {
        clock = new CloudClock(options.Clock);
        Region = options.Region;
        OwnKey = keys.AddLasting(null);
        DynamoDb = new DynamoDb(clock, options.DynamoDbListen, keys, options.Region, options.DynamoDbUpstream);
        AutoScaling = new AutoScaling(clock, options.AutoScalingListen, keys, options.Region, () => Instances);
    }

    public string Region { get; }

    public DynamoDb DynamoDb { get; }

    public AutoScaling AutoScaling { get; }

    /// <summary>A lasting key that belongs to no instance: the tests' own.</summary>
    public AccessKey OwnKey { get; }

    /// <summary>How far the cloud's clock, and with it every Date header, is ahead of <see cref="CloudOptions.Clock"/>.</summary>
    public TimeSpan ClockOffset
    {
        get => clock.Offset;
        set => clock.Offset = value;
    }

    public IReadOnlyList<Instance> Instances
    {
        get
        {
            lock (gate) return [.. instances];
        }
    }

    public static Cloud Start(CloudOptions? options = null)
    {
        var cloud = new Cloud(options ?? new CloudOptions());
        cloud.DynamoDb.Open();
        cloud.AutoScaling.Open();
        return cloud;
    }

    /// <summary>Launches an instance: its metadata service answers when this returns.</summary>
    public Instance AddInstance(InstanceOptions options)
    {
        var instance = new Instance(options, clock, keys);
        lock (gate)
        {
            if (instances.Any(i => i.InstanceId == options.InstanceId)) throw new ArgumentException($"{options.InstanceId} is there already", nameof(options));
            instances.Add(instance);
        }
        instance.Metadata.Open();
        return instance;
    }

    /// <summary>The instance is gone: metadata closed, in no group; its keys stay known.</summary>
    public async Task RemoveInstanceAsync(Instance instance)
    {
        lock (gate) instances.Remove(instance);
        await instance.Metadata.DisposeAsync();
    }

    /// <summary>No fault anywhere.</summary>
    public void ClearFaults()
    {
        DynamoDb.ClearFaults();
        AutoScaling.ClearFaults();
        foreach (var instance in Instances) instance.Metadata.ClearFaults();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in Instances) await instance.Metadata.DisposeAsync();
        await DynamoDb.DisposeAsync();
        await AutoScaling.DisposeAsync();
    }
}
