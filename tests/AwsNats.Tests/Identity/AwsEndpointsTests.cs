using AwsNats.Identity;
using Xunit;

namespace AwsNats.Tests.Identity;

public sealed class AwsEndpointsTests
{
    [Fact]
    public void WithoutVariablesTheUsualAddressesHold()
    {
        var endpoints = Read([], out var errors);

        Assert.Equal(new AwsEndpoints { Metadata = new Uri("http://169.254.169.254") }, endpoints);
        Assert.Empty(errors);
    }

    [Fact]
    public void ModeIpv6NamesTheIpv6Address() =>
        Assert.Equal(new Uri("http://[fd00:ec2::254]"), Read([("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "ipv6")], out _).Metadata);

    [Fact]
    public void EndpointOutranksTheMode() => Assert.Equal(
        new Uri("http://127.0.0.1:1338"),
        Read([("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338/"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6")], out _).Metadata);

    [Fact]
    public void EndpointOfTheServiceOutranksTheGeneralOne() => Assert.Equal(
        new Uri("http://127.0.0.1:2"),
        Read([("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), ("AWS_ENDPOINT_URL_AUTO_SCALING", "http://127.0.0.1:2")], out _).AutoScaling);

    [Fact]
    public void GeneralEndpointServesAutoScalingToo() =>
        Assert.Equal(new Uri("http://127.0.0.1:1"), Read([("AWS_ENDPOINT_URL", "http://127.0.0.1:1")], out _).AutoScaling);

    [Fact]
    public void ConfiguredEndpointsCanBeIgnored() =>
        Assert.Null(Read([("AWS_ENDPOINT_URL", "http://127.0.0.1:1"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")], out _).AutoScaling);

    [Fact]
    public void EveryUnusableValueIsNamed()
    {
        Read([("AWS_EC2_METADATA_SERVICE_ENDPOINT", "169.254.169.254"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "v6"), ("AWS_ENDPOINT_URL", "ftp://x")],
            out var errors);

        Assert.Equal(3, errors.Count);
        Assert.Contains(errors, error => error.Contains("AWS_EC2_METADATA_SERVICE_ENDPOINT: '169.254.169.254'"));
        Assert.Contains(errors, error => error.Contains("'v6' is neither IPv4 nor IPv6"));
        Assert.Contains(errors, error => error.Contains("'ftp://x'"));
    }

    private static AwsEndpoints Read((string Name, string Value)[] variables, out List<string> errors)
    {
        errors = [];
        return AwsEndpoints.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value, errors);
    }
}
