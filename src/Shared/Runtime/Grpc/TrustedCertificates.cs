using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using LanguageExt;

namespace Hobom.Slices.Runtime.Grpc;

/// <summary>The certificates of <c>HOBOM_GRPC_TLS_CERT</c>: CAs, or servers' own. Nothing else is trusted.</summary>
public sealed class TrustedCertificates
{
    readonly X509Certificate2Collection certificates;
    readonly TimeProvider clock;

    TrustedCertificates(X509Certificate2Collection certificates, TimeProvider clock) =>
        (this.certificates, this.clock) = (certificates, clock);

    /// <summary>Left is why the file cannot be used: one line, with its path.</summary>
    public static Either<string, TrustedCertificates> Load(string path, TimeProvider clock)
    {
        try
        {
            var read = new X509Certificate2Collection();
            read.ImportFromPemFile(path);
            return read.Count > 0
                ? new TrustedCertificates(read, clock)
                : $"no certificate in {path}: expected PEM text with BEGIN CERTIFICATE";
        }
        catch (Exception unreadable)
            when (unreadable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return $"cannot read the certificate {path}: {unreadable.Message}";
        }
    }

    /// <summary>The name must fit, and the chain must end in one of these certificates or begin with one.</summary>
    public bool Accepts(X509Certificate? presented, X509Chain? systemChain, SslPolicyErrors errors)
    {
        if (presented is null || errors is not (SslPolicyErrors.None or SslPolicyErrors.RemoteCertificateChainErrors)) return false;
        using var server = new X509Certificate2(presented);
        using var chain = new X509Chain();
        chain.ChainPolicy.VerificationTime = Now;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(certificates);
        foreach (var sent in systemChain?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(sent.Certificate);
        return chain.Build(server) || IsPinned(server);
    }

    /// <summary>Local, as certificates tell their times here.</summary>
    DateTime Now => clock.GetUtcNow().LocalDateTime;

    /// <summary>The server's own certificate, issued by a CA that is not in the file.</summary>
    bool IsPinned(X509Certificate2 server) =>
        certificates.Any(c => c.RawData.AsSpan().SequenceEqual(server.RawData))
        && Now >= server.NotBefore && Now <= server.NotAfter;
}
