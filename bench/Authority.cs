using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bench;

/// <summary>A certificate authority of our own, and one server's certificate: RSA of 2048 bits, as AWS's endpoints have.</summary>
internal static class Authority
{
    private const int KeyBits = 2048;
    private static readonly TimeSpan Past = TimeSpan.FromDays(1); // clocks differ
    private static readonly TimeSpan Life = TimeSpan.FromDays(30); // longer than any run

    /// <param name="address">The server's.</param>
    /// <param name="file">Gets the authority's certificate, as PEM.</param>
    /// <returns>The server's certificate with its key.</returns>
    public static X509Certificate2 Issue(IPAddress address, string file)
    {
        var now = DateTimeOffset.UtcNow;
        using var rootKey = RSA.Create(KeyBits);
        var rootRequest = new CertificateRequest("CN=aws-nats bench", rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        rootRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        rootRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        rootRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(rootRequest.PublicKey, critical: false));
        using var root = rootRequest.CreateSelfSigned(now - Past, now + Life);
        File.WriteAllText(file, root.ExportCertificatePem());

        using var key = RSA.Create(KeyBits);
        var request = new CertificateRequest($"CN={address}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(address);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        using var certificate = request.Create(root, now - Past, now + Life - Past, RandomNumberGenerator.GetBytes(16)); // 16 bytes: any serial
        using var whole = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
