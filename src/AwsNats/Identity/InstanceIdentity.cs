namespace AwsNats.Identity;

/// <summary>Who this instance is, as its metadata says.</summary>
/// <param name="InstanceId">For example i-0123456789abcdef0.</param>
/// <param name="Region">For example eu-west-1.</param>
/// <param name="AvailabilityZone">For example eu-west-1a.</param>
/// <param name="Address">What peers dial: an IPv4 or IPv6 address without brackets, or a host name. The row's key.</param>
internal sealed record InstanceIdentity(string InstanceId, string Region, string AvailabilityZone, string Address);

/// <summary>One try to learn the identity: exactly one of the two is set.</summary>
/// <param name="Identity">The identity.</param>
/// <param name="Fault">Why there is none, in a sentence that says what to do.</param>
internal sealed record IdentityAnswer(InstanceIdentity? Identity, string? Fault);
