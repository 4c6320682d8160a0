using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using AwsNats.Identity;

namespace AwsNats.Health;

/// <summary>What Auto Scaling's refusals mean for us.</summary>
internal sealed class AutoScalingAnswers(string instanceId, string region, TimeSpan deadline)
{
    /// <summary>300 characters of a stranger's words fit one line of a log: arbitrary.</summary>
    private const int LongestWords = 300;

    private const string Statement = """{"Effect":"Allow","Action":"autoscaling:SetInstanceHealth","Resource":"*"}""";

    public ReportAnswer Silent() => new(ReportOutcome.TryAgain, $"Auto Scaling in {region} did not answer within {deadline.TotalSeconds:0.#} s, credentials included");

    public ReportAnswer From(Exception failure) => failure switch
    {
        HttpRequestException or IOException or SocketException => new(ReportOutcome.TryAgain,
            $"Auto Scaling in {region} cannot be reached ({Words((failure.InnerException ?? failure).Message)}): check the route, the security groups and the VPC endpoint"),
        NoCredentialsException { IsPassing: true } => new(ReportOutcome.TryAgain, $"no AWS credentials for SetInstanceHealth for now: {Words(failure.Message)}"),
        AmazonClientException or AmazonServiceException or InvalidOperationException or ArgumentException => new(ReportOutcome.Denied,
            $"no AWS credentials for SetInstanceHealth ({AwsWords.NoCredentials(failure.Message, LongestWords)}): attach an instance profile whose role allows {Statement}"),
        _ => new(ReportOutcome.TryAgain, $"SetInstanceHealth failed with {failure.GetType().Name} ({Words(failure.Message)})"),
    };

    public ReportAnswer From(HttpStatusCode status, string? code, string? message)
    {
        var words = Words(message ?? "");
        switch (code)
        {
            case "ValidationError" when message is not null && message.Contains("No managed instance found", StringComparison.OrdinalIgnoreCase):
                return new(ReportOutcome.NotInGroup, $"{instanceId} is in no Auto Scaling group of {region} ({words})");
            case "AccessDenied" or "AccessDeniedException" or "UnauthorizedOperation" or "UnauthorizedAccess" or "NotAuthorized" or "OptInRequired":
                return new(ReportOutcome.Denied, $"SetInstanceHealth is denied: add {Statement} to the role's policy ({code}: {words})");
            case "InvalidClientTokenId" or "AuthFailure" or "MissingAuthenticationToken" or "IncompleteSignature" or "SignatureDoesNotMatch" or "InvalidSignatureException":
                return new(ReportOutcome.Denied, $"Auto Scaling in {region} does not take our credentials ({code}: {words}): check the role of the instance "
                    + $"profile, which must allow {Statement}");
        }

        // The grace period, contention, throttling, 5xx and whatever else: none of it is final.
        return status == HttpStatusCode.Forbidden && code is null
            ? new(ReportOutcome.Denied, $"SetInstanceHealth is forbidden: add {Statement} to the role's policy")
            : new(ReportOutcome.TryAgain, $"Auto Scaling in {region} answered {(int)status} {code} to SetInstanceHealth ({words})");
    }

    public static bool IsWrongClock(string? code, string? message) => code switch
    {
        "RequestExpired" or "RequestTimeTooSkewed" or "RequestInTheFuture" => true,
        "SignatureDoesNotMatch" or "InvalidSignatureException" => message is not null
            && (message.Contains("Signature expired", StringComparison.OrdinalIgnoreCase) || message.Contains("not yet current", StringComparison.OrdinalIgnoreCase)),
        _ => false,
    };

    /// <summary>The code and message of an error document; null for what it lacks. Two spans are sought: an XML reader would cost 0.2 MB.</summary>
    public static (string? Code, string? Message) Error(string xml) => (Element(xml, "<Code>", "</Code>"), Element(xml, "<Message>", "</Message>"));

    private static string? Element(string xml, string open, string close)
    {
        var start = xml.IndexOf(open, StringComparison.Ordinal);
        if (start < 0) return null;
        start += open.Length;
        var end = xml.IndexOf(close, start, StringComparison.Ordinal);
        if (end < 0) return null;
        return xml[start..end].Replace("&lt;", "<").Replace("&gt;", ">").Replace("&quot;", "\"").Replace("&apos;", "'").Replace("&#39;", "'").Replace("&amp;", "&");
    }

    private static string Words(string text) => AwsWords.OneLine(text, LongestWords);
}
