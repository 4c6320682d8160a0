using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using AwsNats.Identity;

namespace AwsNats.Registry;

/// <summary>Turns what the SDK throws into a fault that says what to do.</summary>
internal sealed class DynamoDbFaults(string table, string region, TimeSpan deadline)
{
    /// <summary>300 characters of a stranger's words fit one line of a log: arbitrary.</summary>
    private const int LongestWords = 300;

    /// <summary>No answer by the deadline.</summary>
    /// <param name="sent">Whether the request had left; else it was credentials that did not come.</param>
    public RegistryFault Silent(bool sent) => Unreachable(sent
        ? $"DynamoDB in {region} did not answer within {deadline.TotalSeconds:0.#} s: check the route, the security groups and the VPC endpoint"
        : $"no AWS credentials came within {deadline.TotalSeconds:0.#} s: attach an instance profile with a role, and see that the metadata service answers");

    public RegistryFault Endless(int pages) => Garbage(
        $"the table {table} in {region} does not end after {pages} pages: remove what does not belong there, or use a table of its own");

    /// <param name="action">The call, as IAM names it after dynamodb:.</param>
    public RegistryFault From(Exception exception, string action) => exception switch
    {
        AmazonUnmarshallingException => Garbage($"{action} got an answer that DynamoDB does not give ({Words(exception)}): check the endpoint and any proxy"),
        AmazonServiceException refusal => FromRefusal(refusal, action),
        NoCredentialsException { IsPassing: true } => Unreachable($"no AWS credentials for {action} on table {table} for now: {Words(exception)}"),
        AmazonClientException => Denied($"no AWS credentials for {action} on table {table}: attach an instance profile whose role allows "
            + $"dynamodb:{action} ({AwsWords.NoCredentials(exception.Message, LongestWords)})"),
        HttpRequestException { InnerException: AuthenticationException } => Unreachable($"DynamoDB in {region} is not believed over TLS ({Deepest(exception)}): "
            + "if this network opens TLS, name its certificate authorities in AWS_CA_BUNDLE; else check the endpoint and the host's clock"),
        HttpRequestException or IOException or SocketException => Unreachable($"DynamoDB in {region} cannot be reached for {action} ({Deepest(exception)}): "
            + "check DNS, the route, the security groups and the VPC endpoint"),
        _ => Garbage($"{action} failed with {exception.GetType().Name} ({Words(exception)}): check the endpoint and any proxy"),
    };

    /// <summary>Whether other keys might be taken: these ended, or are not known.</summary>
    public static bool RefusesKeys(Exception exception) => exception is AmazonServiceException
    {
        ErrorCode: "UnrecognizedClientException" or "InvalidClientTokenId" or "ExpiredToken" or "ExpiredTokenException",
    };

    private RegistryFault FromRefusal(AmazonServiceException refusal, string action)
    {
        var code = refusal.ErrorCode ?? "";
        switch (code)
        {
            case "ResourceNotFoundException":
                return new(RegistryFaultKind.NoTable, $"there is no table {table} in {region}: create it with the string hash key {DynamoDbRequests.Ip}, "
                    + "or correct table and region in the settings");
            case "ProvisionedThroughputExceededException" or "ThrottlingException" or "Throttling" or "RequestLimitExceeded" or "LimitExceededException":
                return new(RegistryFaultKind.Throttled, $"DynamoDB throttles {action} on table {table} ({code}): raise its capacity or make it on-demand");
            case "AccessDeniedException" or "AccessDenied" or "NotAuthorized" or "OptInRequired":
                return Denied($"{action} on table {table} in {region} is denied: allow dynamodb:{action} on it in the role's policy ({Words(refusal)})");
            case "UnrecognizedClientException" or "InvalidClientTokenId" or "ExpiredToken" or "ExpiredTokenException" or "MissingAuthenticationToken"
                or "MissingAuthenticationTokenException" or "IncompleteSignature" or "IncompleteSignatureException" or "InvalidSignatureException"
                or "SignatureDoesNotMatch" or "RequestExpired":
                return Denied($"DynamoDB in {region} does not take our credentials for {action} ({code}: {Words(refusal)}): check the role of the instance "
                    + "profile, or the AWS_ACCESS_KEY_ID and secret in the environment");
            case "ValidationException":
                return Garbage($"DynamoDB refuses {action} on table {table} ({Words(refusal)}): its only key must be the string hash key {DynamoDbRequests.Ip}");
        }

        if (refusal.StatusCode == HttpStatusCode.TooManyRequests)
            return new(RegistryFaultKind.Throttled, $"DynamoDB throttles {action} on table {table} (429): raise its capacity or make it on-demand");
        if (refusal.StatusCode == HttpStatusCode.Forbidden)
            return Denied($"{action} on table {table} in {region} is forbidden ({code} {Words(refusal)}): allow dynamodb:{action} in the role's policy");
        if (refusal.StatusCode >= HttpStatusCode.InternalServerError || refusal.StatusCode == HttpStatusCode.RequestTimeout)
            return Unreachable($"DynamoDB in {region} answered {(int)refusal.StatusCode} {code} to {action}: it is asked again");
        return refusal.InnerException is HttpRequestException or IOException or SocketException
            ? From(refusal.InnerException, action)
            : Garbage($"DynamoDB in {region} answered {(int)refusal.StatusCode} {code} to {action} ({Words(refusal)})");
    }

    private static RegistryFault Unreachable(string message) => new(RegistryFaultKind.Unreachable, message);

    private static RegistryFault Denied(string message) => new(RegistryFaultKind.Denied, message);

    private static RegistryFault Garbage(string message) => new(RegistryFaultKind.Garbage, message);

    private static string Deepest(Exception exception)
    {
        while (exception.InnerException is { } inner) exception = inner;
        return Words(exception);
    }

    private static string Words(Exception exception) => AwsWords.OneLine(exception.Message, LongestWords);
}
