using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace LocalCloud;

/// <summary>An access key as AWS hands it out.</summary>
/// <param name="AccessKeyId">AKIA… for a lasting key, ASIA… for a temporary one.</param>
/// <param name="SecretAccessKey">Test secrets only.</param>
/// <param name="SessionToken">Temporary keys are valid with their token only; null for a lasting key.</param>
/// <param name="Expiration">When a temporary key ends.</param>
/// <param name="InstanceId">Whose key it is, so that calls can be told apart.</param>
public sealed record AccessKey(string AccessKeyId, string SecretAccessKey, string? SessionToken, DateTimeOffset? Expiration, string? InstanceId);

/// <summary>Every key that the cloud knows.</summary>
internal sealed class KeyRing
{
    private const string KeyIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private readonly ConcurrentDictionary<string, AccessKey> keys = new();

    public AccessKey? Find(string accessKeyId) => keys.GetValueOrDefault(accessKeyId);

    public AccessKey AddLasting(string? instanceId) => Add(new AccessKey(NewId("AKIA"), NewSecret(30), null, null, instanceId));

    public AccessKey AddTemporary(string instanceId, DateTimeOffset expiration) =>
        Add(new AccessKey(NewId("ASIA"), NewSecret(30), NewSecret(240), expiration, instanceId)); // 240 bytes: real tokens have some hundred characters

    public void Forget(AccessKey key) => keys.TryRemove(key.AccessKeyId, out _);

    internal AccessKey Add(AccessKey key) => keys[key.AccessKeyId] = key;

    private static string NewId(string prefix) => prefix + RandomNumberGenerator.GetString(KeyIdAlphabet, 16);

    private static string NewSecret(int bytes) => Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes));
}
