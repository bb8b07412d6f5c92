using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hobom.Slices.Runtime.Grpc;
using Microsoft.Extensions.Time.Testing;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Grpc;

public sealed class TrustedCertificatesTests : IDisposable
{
    static readonly DateTimeOffset From = new(2031, 1, 1, 0, 0, 0, TimeSpan.Zero);

    readonly string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    [InlineData(364, true)]
    [InlineData(366, false)]
    public void A_certificate_holds_in_its_own_time_by_the_clock_that_was_handed_in(int days, bool accepted)
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=backend", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(From, From.AddDays(365));
        File.WriteAllText(path, certificate.ExportCertificatePem());
        var trusted = TrustedCertificates.Load(path, new FakeTimeProvider(From.AddDays(days))).Right();
        Assert.Equal(accepted, trusted.Accepts(certificate, null, SslPolicyErrors.RemoteCertificateChainErrors));
    }

    [Fact]
    public void What_is_not_in_the_file_is_not_trusted()
    {
        using var key = RSA.Create(2048);
        CertificateRequest Named(string name) => new(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var trusted = Named("CN=backend").CreateSelfSigned(From, From.AddDays(365));
        using var other = Named("CN=other").CreateSelfSigned(From, From.AddDays(365));
        File.WriteAllText(path, trusted.ExportCertificatePem());
        var certificates = TrustedCertificates.Load(path, new FakeTimeProvider(From.AddDays(1))).Right();
        Assert.False(certificates.Accepts(other, null, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.False(certificates.Accepts(trusted, null, SslPolicyErrors.RemoteCertificateNameMismatch));
    }
}
