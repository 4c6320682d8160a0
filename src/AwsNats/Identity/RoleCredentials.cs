using System.Text.Json;
using Amazon.Runtime;

namespace AwsNats.Identity;

/// <summary>
/// The credentials of the instance's role, over the metadata connection that is open anyway. The SDK's own provider takes a second at the start
/// (it blocks pool threads), goes through the environment's proxy, and on a host whose clock runs ahead takes every answer for expired: measured.
/// No wall clock is read here.
/// </summary>
internal sealed class RoleCredentials(InstanceMetadata metadata, TimeProvider time) : AWSCredentials, IDisposable
{
    /// <summary>4 min: the metadata service has new credentials at least 5 min before the old ones end, so an answer is good that long.</summary>
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(4);

    /// <summary>15 s after a failure it is asked again, and the old credentials serve meanwhile: about a beat.</summary>
    private static readonly TimeSpan GoodAfterFailure = TimeSpan.FromSeconds(15);

    private const string Path = "iam/security-credentials/";

    private readonly SemaphoreSlim gate = new(1, 1);
    private volatile Held? held;

    public void Dispose() => gate.Dispose();

    /// <summary>Whether the role is what the SDK's default chain would come to: nothing that it looks at earlier is there.</summary>
    /// <param name="variable">Gives an environment variable's value, or null.</param>
    /// <param name="exists">Whether a file exists.</param>
    public static bool Apply(Func<string, string?> variable, Func<string, bool> exists)
    {
        string[] earlier =
        [
            "AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ];
        if (earlier.Any(name => !string.IsNullOrEmpty(variable(name)))) return false;
        return variable("HOME") is not { Length: > 0 } home || (!exists(home + "/.aws/credentials") && !exists(home + "/.aws/config"));
    }

    /// <summary>AWS refused them: the metadata service is asked again before they are next used, and they serve on if it has no others.</summary>
    public void Doubt()
    {
        if (held is { } refused) held = refused with { GoodFor = TimeSpan.Zero };
    }

    /// <exception cref="NoCredentialsException">There are none, and never were.</exception>
    public override ImmutableCredentials GetCredentials() => GetCredentialsAsync().GetAwaiter().GetResult();

    /// <exception cref="NoCredentialsException">There are none, and never were.</exception>
    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        if (held is { } known && IsFresh(known)) return known.Keys;
        await gate.WaitAsync();
        try
        {
            if (held is { } other && IsFresh(other)) return other.Keys;
            var askedAt = time.GetTimestamp();
            try
            {
                held = new Held(await AskAsync(), askedAt, GoodFor);
            }
            catch (NoCredentialsException) when (held is { } old)
            {
                held = old with { AskedAt = askedAt, GoodFor = GoodAfterFailure };
            }

            return held.Keys;
        }
        finally
        {
            gate.Release();
        }
    }

    private bool IsFresh(Held keys) => time.GetElapsedTime(keys.AskedAt) < keys.GoodFor;

    private async Task<ImmutableCredentials> AskAsync()
    {
        // The SDK gives no token along; each question has its own deadline.
        var names = await metadata.GetAsync(Path, CancellationToken.None);
        if (names.Fault is { } noNames) throw new NoCredentialsException(noNames, isPassing: true);
        if (names.Value is not { Length: > 0 } list) throw new NoCredentialsException("the instance has no instance profile", isPassing: false);

        var role = list.Split('\n')[0].Trim();
        var answer = await metadata.GetAsync(Path + Uri.EscapeDataString(role), CancellationToken.None);
        if (answer.Fault is { } noKeys) throw new NoCredentialsException(noKeys, isPassing: true);
        if (answer.Value is null) throw new NoCredentialsException($"the metadata service has no credentials for the role {role} yet", isPassing: true);
        try
        {
            using var document = JsonDocument.Parse(answer.Value);
            var root = document.RootElement;
            var code = Text(root, "Code");
            if (code is not null and not "Success") throw new NoCredentialsException($"the role {role} cannot be assumed ({code}): check its trust policy", isPassing: false);
            if (Text(root, "AccessKeyId") is { Length: > 0 } key && Text(root, "SecretAccessKey") is { Length: > 0 } secret)
                return new ImmutableCredentials(key, secret, Text(root, "Token"));
        }
        catch (JsonException)
        {
            // Falls through: the text may hold a secret and is not repeated.
        }

        throw new NoCredentialsException($"the metadata service's answer for the role {role} holds no credentials", isPassing: true);
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record Held(ImmutableCredentials Keys, long AskedAt, TimeSpan GoodFor);
}

/// <summary>The instance's role gives no credentials.</summary>
/// <param name="why">A phrase for the log.</param>
/// <param name="isPassing">The metadata service is in trouble; else someone must change the instance or its role.</param>
internal sealed class NoCredentialsException(string why, bool isPassing) : AmazonClientException(why)
{
    public bool IsPassing { get; } = isPassing;
}
