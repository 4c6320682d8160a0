using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AwsNats.Identity;
using Xunit;

namespace AwsNats.Tests.Identity;

/// <summary>Whom a connection believes, tried with real handshakes against certificates made here.</summary>
public sealed class AwsTrustTests : IDisposable
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly string bundle = Path.GetTempFileName();
    private readonly X509Certificate2 authority = Authority("CN=Test authority");

    public AwsTrustTests() => File.WriteAllText(bundle, authority.ExportCertificatePem());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        authority.Dispose();
        File.Delete(bundle);
    }

    [Fact]
    public async Task AuthorityOfTheBundleIsBelieved()
    {
        using var server = Server(authority, "localhost", Now.AddDays(1));

        Assert.Null(await HandshakeAsync(Trust(("AWS_CA_BUNDLE", bundle)), server));
    }

    [Fact]
    public async Task UnknownAuthorityIsNotBelieved()
    {
        using var server = Server(authority, "localhost", Now.AddDays(1));

        Assert.NotNull(await HandshakeAsync(Trust(), server));
    }

    [Fact]
    public async Task AuthorityOutsideTheBundleIsNotBelieved()
    {
        using var stranger = Authority("CN=Stranger");
        using var server = Server(stranger, "localhost", Now.AddDays(1));

        Assert.NotNull(await HandshakeAsync(Trust(("AWS_CA_BUNDLE", bundle)), server));
    }

    [Fact]
    public async Task CertificateForAnotherNameIsNotBelieved()
    {
        using var server = Server(authority, "elsewhere.example", Now.AddDays(1));

        Assert.NotNull(await HandshakeAsync(Trust(("AWS_CA_BUNDLE", bundle)), server));
    }

    [Fact]
    public async Task ExpiredCertificateIsNotBelieved()
    {
        using var server = Server(authority, "localhost", Now.AddDays(-1));

        Assert.NotNull(await HandshakeAsync(Trust(("AWS_CA_BUNDLE", bundle)), server));
    }

    [Fact]
    public async Task BundleThatIsNoBundleTrustsNobody()
    {
        File.WriteAllText(bundle, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        using var server = Server(authority, "localhost", Now.AddDays(1));

        Assert.NotNull(await HandshakeAsync(Trust(("AWS_CA_BUNDLE", bundle)), server));
    }

    [Fact]
    public void MissingBundleIsAnErrorThatNamesIt()
    {
        var errors = new List<string>();
        AwsTrust.Read(name => name == "AWS_CA_BUNDLE" ? "/no/such.pem" : null, _ => false, true, errors);

        Assert.Equal("AWS_CA_BUNDLE: there is no file /no/such.pem", Assert.Single(errors));
    }

    [Fact]
    public void SystemStoreIsHiddenWhereNobodyAskedForIt() => Assert.True(Trust().HidesSystemStore);

    [Theory]
    [InlineData("SSL_CERT_FILE")]
    [InlineData("SSL_CERT_DIR")]
    public void SystemStoreThatTheUserNamedIsUsed(string variable) => Assert.False(Trust((variable, "/x")).HidesSystemStore);

    [Fact]
    public void SystemStoreIsNotHiddenWhereTheSdkConnectsByItself() =>
        Assert.False(AwsTrust.Read(_ => null, _ => false, onlyOurConnections: false, []).HidesSystemStore);

    [Fact]
    public void AmazonsRootsAreRootsAndLastAYearAtLeast()
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPem(AmazonRoots.Pem);

        Assert.Equal(5, roots.Count);
        Assert.All(roots, root =>
        {
            Assert.Equal(root.Issuer, root.Subject);
            Assert.True(root.NotAfter.ToUniversalTime() > Now.AddYears(1).UtcDateTime, $"{root.Subject} ends on {root.NotAfter:u}: take the new one");
        });
    }

    private static AwsTrust Trust(params (string Name, string Value)[] variables) =>
        AwsTrust.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value, File.Exists, true, []);

    /// <returns>Null when the client believed the server, else why not.</returns>
    private static async Task<Exception?> HandshakeAsync(AwsTrust trust, X509Certificate2 certificate)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, certificate);
        using var handler = AwsConnections.NewHandler(trust);
        using var client = new HttpClient(handler);
        var failure = await Record.ExceptionAsync(() => client.GetAsync($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/", Cancellation));
        await serving;
        return failure;
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using var connection = await listener.AcceptTcpClientAsync(Cancellation);
        await using var tls = new SslStream(connection.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, Cancellation);
            if (await tls.ReadAsync(new byte[4096], Cancellation) > 0)
                await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Cancellation);
        }
        catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The client did not believe us.
        }
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
    }

    private static X509Certificate2 Server(X509Certificate2 authority, string name, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, Now.AddDays(-20), until, RandomNumberGenerator.GetBytes(8));
        using var whole = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
