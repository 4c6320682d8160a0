using AwsNats.Settings;

namespace AwsNats.Identity;

/// <summary>The instance metadata service.</summary>
internal interface IInstanceMetadata
{
    /// <summary>Asks for everything in <see cref="InstanceIdentity"/> once. Faults of the world come back as a value; only cancellation throws.</summary>
    Task<IdentityAnswer> IdentifyAsync(AddressChoice choice, CancellationToken cancellation);
}
