using Amazon.Runtime;

namespace AwsNats.Tests.Registry;

/// <summary>As on an instance without a role.</summary>
internal sealed class NoCredentials : AWSCredentials
{
    public override ImmutableCredentials GetCredentials() => throw new AmazonClientException("Failed to resolve AWS credentials.\nnothing found");
}

/// <summary>As on an instance whose metadata service hangs: the SDK's caller is held on its own thread.</summary>
internal sealed class BlockingCredentials(ManualResetEventSlim asked, ManualResetEventSlim release) : AWSCredentials
{
    public override ImmutableCredentials GetCredentials()
    {
        asked.Set();
        release.Wait();
        return new ImmutableCredentials("AKIDEXAMPLE", "SECRETEXAMPLE", null);
    }
}
