using System.Net;

namespace AwsNats.Identity;

/// <summary>What is said when the metadata service does not answer as it should; each sentence names the repair.</summary>
internal static class MetadataFaults
{
    /// <summary>Tokens are 56 characters of base64; more than this is somebody else's page.</summary>
    private const int LongestToken = 1024;

    public const string Off = "the instance metadata service is switched off by AWS_EC2_METADATA_DISABLED=true: unset it, the agent's identity comes from there";

    /// <summary>Tells a token from the page of a captive portal: it must fit into a header.</summary>
    public static bool IsToken(string value) =>
        value.Length is > 0 and <= LongestToken && value.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;

    public static string Silent(Uri endpoint, string request, TimeSpan waited) =>
        $"the instance metadata service at {Short(endpoint)} did not answer {request} within {waited.TotalSeconds:0} s: "
        + "in a container raise HttpPutResponseHopLimit to 2, on the instance see that HttpEndpoint is enabled and no firewall is in between "
        + "(aws ec2 modify-instance-metadata-options)";

    public static string Unreachable(Uri endpoint, string why) =>
        $"the instance metadata service at {Short(endpoint)} cannot be reached ({why}): this must run on an EC2 instance with HttpEndpoint enabled, "
        + "or AWS_EC2_METADATA_SERVICE_ENDPOINT must name the service";

    public static string NotMetadata(Uri endpoint) =>
        $"what answers at {Short(endpoint)} gives no session token: it is not an instance metadata service of version 2";

    public static string Refused(Uri endpoint, string request, HttpStatusCode status)
    {
        var what = $"the instance metadata service at {Short(endpoint)} answered {(int)status} to {request}: ";
        return what + status switch
        {
            HttpStatusCode.Forbidden => "it is disabled for this instance, or a proxy stands in between (aws ec2 modify-instance-metadata-options --http-endpoint enabled)",
            HttpStatusCode.Unauthorized => "it refuses even a new session token",
            HttpStatusCode.NotFound => "it is not an instance metadata service of version 2",
            >= HttpStatusCode.InternalServerError => "the service is in trouble, it is asked again",
            HttpStatusCode.TooManyRequests => "too many questions from this instance, it is asked again",
            _ => "that is no answer of an instance metadata service of version 2",
        };
    }

    private static string Short(Uri endpoint) => endpoint.GetLeftPart(UriPartial.Authority);
}
