using System.Net;

namespace LocalCloud;

/// <summary>How a cloud is started.</summary>
public sealed record CloudOptions
{
    /// <summary>The cloud's clock; <see cref="Cloud.ClockOffset"/> comes on top.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public string Region { get; init; } = "eu-west-1";

    /// <summary>Where DynamoDB answers; port 0 takes a free one.</summary>
    public IPEndPoint DynamoDbListen { get; init; } = new(IPAddress.Loopback, 0);

    public IPEndPoint AutoScalingListen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The DynamoDB implementation behind the front, for example http://127.0.0.1:8000/; may be set later.</summary>
    public Uri? DynamoDbUpstream { get; init; }
}

/// <summary>How an instance is launched.</summary>
/// <param name="InstanceId">For example i-0123456789abcdef0.</param>
/// <param name="AvailabilityZone">For example eu-west-1a.</param>
/// <param name="LocalIpv4">Its private address.</param>
public sealed record InstanceOptions(string InstanceId, string AvailabilityZone, string LocalIpv4)
{
    public string? PublicIpv4 { get; init; }

    public string? Ipv6 { get; init; }

    /// <summary>Name of its Auto Scaling group; null: in none.</summary>
    public string? Group { get; init; } = AutoScaling.DefaultGroup;

    /// <summary>Where its metadata service answers; [::1] works too; port 0 takes a free one.</summary>
    public IPEndPoint MetadataListen { get; init; } = new(IPAddress.Loopback, 0);
}
