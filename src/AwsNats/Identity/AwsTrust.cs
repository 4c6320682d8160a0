using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AwsNats.Identity;

/// <summary>
/// Which certificate authorities AWS's endpoints are believed with: those of AWS_CA_BUNDLE alone, else what the runtime finds (SSL_CERT_FILE,
/// SSL_CERT_DIR), else Amazon's own, which are in this binary, and at last the system's bundle, for networks that open TLS on the way.
/// The runtime parses the whole system store at the first connection, 200 ms; where none of the variables is set it is kept from doing so.
/// </summary>
internal sealed class AwsTrust
{
    /// <summary>Where distributions keep their bundle: Debian and Alpine, Amazon Linux and Red Hat.</summary>
    private static readonly string[] SystemBundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

    /// <summary>The purpose "TLS server" (RFC 5280, 4.2.1.12).</summary>
    private static readonly Oid ServerPurpose = new("1.3.6.1.5.5.7.3.1");

    private readonly Lazy<X509Certificate2Collection>[] roots;

    private AwsTrust(bool hidesSystemStore, params Lazy<X509Certificate2Collection>[] roots)
    {
        HidesSystemStore = hidesSystemStore;
        this.roots = roots;
    }

    /// <summary>
    /// The variables that Program must set to <see cref="Nowhere"/> in the C library's environment, not in its own copy, before the first
    /// connection, when <see cref="HidesSystemStore"/> says so. The copy is what children inherit.
    /// </summary>
    public static IReadOnlyList<string> StoreVariables { get; } = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

    public const string Nowhere = "/nonexistent";

    public bool HidesSystemStore { get; }

    /// <param name="variable">Gives an environment variable's value, or null.</param>
    /// <param name="exists">Whether a file exists.</param>
    /// <param name="onlyOurConnections">False when the SDK makes TLS connections of its own (for credentials of other kinds): they need the system store.</param>
    /// <param name="errors">Gets one sentence for each value that cannot be used.</param>
    public static AwsTrust Read(Func<string, string?> variable, Func<string, bool> exists, bool onlyOurConnections, ICollection<string> errors)
    {
        var hides = onlyOurConnections && StoreVariables.All(name => string.IsNullOrEmpty(variable(name)));
        if (variable("AWS_CA_BUNDLE") is { Length: > 0 } bundle)
        {
            if (!exists(bundle)) errors.Add($"AWS_CA_BUNDLE: there is no file {bundle}");
            return new AwsTrust(hides, new Lazy<X509Certificate2Collection>(() => FromFile(bundle)));
        }

        return new AwsTrust(hides,
            new Lazy<X509Certificate2Collection>(() => FromText(AmazonRoots.Pem)),
            new Lazy<X509Certificate2Collection>(() => SystemBundles.FirstOrDefault(exists) is { } path ? FromFile(path) : []));
    }

    public void Apply(SslClientAuthenticationOptions options) => options.RemoteCertificateValidationCallback = Judge;

    /// <summary>What the runtime's store vouches for is good; of its doubts only that about the chain is for us to settle, never that about the name.</summary>
    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors doubts) => doubts switch
    {
        SslPolicyErrors.None => true,
        SslPolicyErrors.RemoteCertificateChainErrors when certificate is X509Certificate2 leaf && chain is not null
            => roots.Any(trusted => Vouches(trusted.Value, leaf, chain.ChainPolicy.ExtraStore)),
        _ => false,
    };

    /// <param name="sent">The certificates that the server sent along.</param>
    private static bool Vouches(X509Certificate2Collection trusted, X509Certificate2 leaf, X509Certificate2Collection sent)
    {
        if (trusted.Count == 0) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        chain.ChainPolicy.ApplicationPolicy.Add(ServerPurpose);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // as HttpClient does by itself
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(leaf);
    }

    private static X509Certificate2Collection FromFile(string path)
    {
        try
        {
            return FromText(File.ReadAllText(path));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return []; // trusts nobody: the connection fails, and says that the certificate is not trusted
        }
    }

    private static X509Certificate2Collection FromText(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }
}
