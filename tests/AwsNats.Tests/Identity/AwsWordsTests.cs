using AwsNats.Identity;
using Xunit;

namespace AwsNats.Tests.Identity;

public sealed class AwsWordsTests
{
    [Fact]
    public void LongWordsAreCutAndMarked() => Assert.Equal("abc…", AwsWords.OneLine("abcdef", 3));

    [Fact]
    public void ControlCharactersBecomeBlanks() => Assert.Equal("a b c", AwsWords.OneLine("a\nb\u001bc\n", 99));

    [Fact]
    public void NothingAfterTheCanonicalStringIsRepeated() =>
        Assert.Equal("No match.", AwsWords.OneLine("No match.\n\nThe Canonical String for this request\nx-amz-security-token:SECRET", 99));

    [Fact]
    public void OfTheSdksListOnlyTheInstanceRoleIsRepeated() => Assert.Equal(
        "environment, profile and web identity have none; instance role: Failed to connect.",
        AwsWords.NoCredentials("Failed to resolve AWS credentials. The credential providers …:\n\nException 1 of 2: env\nException 2 of 2: Failed to connect.\n", 99));
}
