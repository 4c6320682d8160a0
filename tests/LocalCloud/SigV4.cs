using System.Security.Cryptography;
using System.Text;

namespace LocalCloud;

/// <summary>Why a signature is refused.</summary>
internal enum SignatureFault
{
    /// <summary>No Authorization header at all.</summary>
    Missing,

    /// <summary>A header without one of its parts, or without a signed host or x-amz-date.</summary>
    Incomplete,

    /// <summary>Dated more than five minutes off.</summary>
    Expired,

    /// <summary>Unknown access key, or its session token is missing or another's.</summary>
    UnknownKey,

    /// <summary>The temporary key has ended.</summary>
    ExpiredToken,

    /// <summary>Wrong scope or wrong signature.</summary>
    Mismatch,
}

/// <summary>Exactly one of the two is set.</summary>
internal sealed record SignatureAnswer(AccessKey? Key, SignatureFault Fault, string Message);

/// <summary>
/// AWS Signature Version 4, written from AWS's specification ("Create a signed AWS API request") and independent of any SDK.
/// </summary>
internal sealed class SigV4(KeyRing keys, string region, string service)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string StampFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Five minutes: what both services allow a signature to be off.</summary>
    private static readonly TimeSpan Allowed = TimeSpan.FromMinutes(5);

    /// <summary>The access key that a request names, whether or not it is entitled to it.</summary>
    public static string? NamedKey(Request request)
    {
        const string Part = "Credential=";
        var header = request.Headers.Authorization.ToString();
        var start = header.IndexOf(Part, StringComparison.Ordinal);
        if (start < 0) return null;
        var value = header[(start + Part.Length)..];
        var end = value.IndexOf('/', StringComparison.Ordinal);
        return end < 0 ? null : value[..end];
    }

    public SignatureAnswer Verify(Request request, DateTimeOffset now)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length == 0) return No(SignatureFault.Missing, "Request is missing Authentication Token");
        if (!header.StartsWith(Algorithm + " ", StringComparison.Ordinal))
            return No(SignatureFault.Incomplete, $"Authorization header requires '{Algorithm}'.");
        var parts = Parts(header[(Algorithm.Length + 1)..]);
        foreach (var name in (string[])["Credential", "SignedHeaders", "Signature"])
        {
            if (!parts.ContainsKey(name)) return No(SignatureFault.Incomplete, $"Authorization header requires '{name}' parameter.");
        }
        var signed = parts["SignedHeaders"].Split(';');
        var unsigned = request.Headers.Keys.Select(k => k.ToLowerInvariant())
            .FirstOrDefault(k => (k == "host" || k.StartsWith("x-amz-", StringComparison.Ordinal)) && !signed.Contains(k));
        if (unsigned is not null) return No(SignatureFault.Incomplete, $"'{unsigned}' must be a 'SignedHeader' in the AWS Authorization.");

        var stamp = request.Headers["X-Amz-Date"].ToString();
        if (!DateTimeOffset.TryParseExact(stamp, StampFormat, null, System.Globalization.DateTimeStyles.AssumeUniversal, out var date))
            return No(SignatureFault.Incomplete, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
        return CheckDate(stamp, date, now) ?? CheckKey(request, parts, signed, stamp, now);
    }

    private static SignatureAnswer? CheckDate(string stamp, DateTimeOffset date, DateTimeOffset now)
    {
        if (date < now - Allowed)
            return No(SignatureFault.Expired, $"Signature expired: {stamp} is now earlier than {Stamp(now - Allowed)} ({Stamp(now)} - 5 min.)");
        if (date > now + Allowed)
            return No(SignatureFault.Expired, $"Signature not yet current: {stamp} is still later than {Stamp(now + Allowed)} ({Stamp(now)} + 5 min.)");
        return null;
    }

    private SignatureAnswer CheckKey(Request request, Dictionary<string, string> parts, string[] signed, string stamp, DateTimeOffset now)
    {
        var scope = parts["Credential"].Split('/');
        if (scope.Length != 5) return No(SignatureFault.Incomplete, "Credential must have exactly 5 slash-delimited elements.");
        if (keys.Find(scope[0]) is not { } key || (key.SessionToken ?? "") != request.Headers["X-Amz-Security-Token"].ToString())
            return No(SignatureFault.UnknownKey, "The security token included in the request is invalid.");
        if (key.Expiration <= now) return No(SignatureFault.ExpiredToken, "The security token included in the request is expired");
        if (scope[1] != stamp[..8])
            return No(SignatureFault.Mismatch, $"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{scope[1]}' != '{stamp[..8]}', from '{stamp}'.");
        if (scope[2] != region) return No(SignatureFault.Mismatch, $"Credential should be scoped to a valid region, not '{scope[2]}'.");
        if (scope[3] != service) return No(SignatureFault.Mismatch, $"Credential should be scoped to correct service: '{service}'.");
        if (scope[4] != "aws4_request") return No(SignatureFault.Mismatch, "Credential should be scoped with a valid terminator: 'aws4_request'.");

        var text = string.Join('\n', Algorithm, stamp, string.Join('/', scope[1..]), Hash(CanonicalRequest(request, signed)));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(SigningKey(key, scope), Encoding.UTF8.GetBytes(text)));
        return signature == parts["Signature"]
            ? new SignatureAnswer(key, default, "")
            : No(SignatureFault.Mismatch, "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.");
    }

    private static byte[] SigningKey(AccessKey key, string[] scope)
    {
        var bytes = Encoding.UTF8.GetBytes("AWS4" + key.SecretAccessKey);
        foreach (var part in scope[1..]) bytes = HMACSHA256.HashData(bytes, Encoding.UTF8.GetBytes(part));
        return bytes;
    }

    private static byte[] CanonicalRequest(Request request, string[] signed)
    {
        var text = new StringBuilder();
        text.Append(request.Method).Append('\n');
        text.AppendJoin('/', request.RawPath.Split('/').Select(Uri.EscapeDataString)).Append('\n'); // encoded twice, as for every service but S3
        text.AppendJoin('&', request.RawQuery.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(CanonicalPair).Order(StringComparer.Ordinal)).Append('\n');
        foreach (var name in signed) text.Append(name).Append(':').Append(CanonicalValue(request.Headers[name])).Append('\n');
        text.Append('\n').AppendJoin(';', signed).Append('\n').Append(Hash(request.Body));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string CanonicalPair(string pair)
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        var (name, value) = equals < 0 ? (pair, "") : (pair[..equals], pair[(equals + 1)..]);
        return $"{Uri.EscapeDataString(Uri.UnescapeDataString(name))}={Uri.EscapeDataString(Uri.UnescapeDataString(value))}";
    }

    private static string CanonicalValue(Microsoft.Extensions.Primitives.StringValues values) =>
        string.Join(',', values.Select(v => string.Join(' ', (v ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))));

    private static Dictionary<string, string> Parts(string text) => text.Split(',', StringSplitOptions.TrimEntries)
        .Select(p => p.Split('=', 2)).Where(p => p.Length == 2).GroupBy(p => p[0]).ToDictionary(g => g.Key, g => g.First()[1]);

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString(StampFormat);

    private static SignatureAnswer No(SignatureFault fault, string message) => new(null, fault, message);
}
