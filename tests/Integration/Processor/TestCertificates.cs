using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Certificates made for one test, in a folder that goes with them.</summary>
sealed class TestCertificates : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("hobom-certificates-").FullName;
    int made;

    public X509Certificate2 NewAuthority()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN=authority {++made}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(10));
    }

    /// <summary>A server's certificate and key.</summary>
    /// <param name="issuer">Null for one that signs itself.</param>
    /// <param name="host">A name instead of the address 127.0.0.1.</param>
    public (string Certificate, string Key) NewServer(X509Certificate2? issuer, string? host = null, bool expired = false)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=backend", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        if (host is null) names.AddIpAddress(IPAddress.Loopback);
        else names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var from = DateTimeOffset.UtcNow.AddDays(-5);
        var until = DateTimeOffset.UtcNow.AddDays(expired ? -1 : 5);
        using var certificate = issuer is null
            ? request.CreateSelfSigned(from, until)
            : request.Create(issuer, from, until, RandomNumberGenerator.GetBytes(16));
        return (Write(certificate.ExportCertificatePem()), Write(key.ExportPkcs8PrivateKeyPem()));
    }

    public string Write(X509Certificate2 certificate) => Write(certificate.ExportCertificatePem());

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Write(string pem)
    {
        var path = Path.Combine(folder, $"{++made}.pem");
        File.WriteAllText(path, pem);
        return path;
    }
}
