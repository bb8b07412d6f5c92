using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hobom.Slices.Core;

namespace Hobom.Slices.Host.Doctor;

/// <summary>A server's certificate, as it presents it to whoever dials.</summary>
/// <param name="NameFits">It is for the name, or the address, that was dialled.</param>
sealed record PresentedCertificate(DateTimeOffset NotBefore, DateTimeOffset NotAfter, bool NameFits)
{
    /// <summary>Left of so much, somebody should have renewed it.</summary>
    public static readonly TimeSpan RenewalTime = TimeSpan.FromDays(14);

    static readonly TimeSpan DialLimit = TimeSpan.FromSeconds(5);

    /// <summary>Pure.</summary>
    public CheckResult Judge(string check, DateTimeOffset now)
    {
        const string Advice = "have its certificate renewed for the name that the settings have";
        return now >= NotAfter ? CheckResult.Wrong(check, $"the certificate has expired on {NotAfter:u}", Advice)
            : now < NotBefore ? CheckResult.Wrong(
                check, $"the certificate is not valid before {NotBefore:u}; or this clock is wrong", Advice)
            : !NameFits ? CheckResult.Wrong(check, "the certificate is for another name", Advice)
            : NotAfter - now < RenewalTime ? CheckResult.Wrong(check, $"the certificate expires on {NotAfter:u}", Advice)
            : CheckResult.Well(check, $"valid until {NotAfter:u}");
    }

    /// <returns>What is wrong, where none was presented.</returns>
    public static async Task<LanguageExt.Either<string, PresentedCertificate>> AskAsync(HostPort at)
    {
        PresentedCertificate? seen = null;
        using var limit = new CancellationTokenSource(DialLimit);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(at.Host, at.Port, limit.Token);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = at.Host,
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                    // It is only looked at: nothing is sent through this connection, whoever is at the other end.
                    RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                    {
                        if (certificate is null) return false;
                        using var whole = new X509Certificate2(certificate);
                        seen = new PresentedCertificate(
                            new DateTimeOffset(whole.NotBefore), new DateTimeOffset(whole.NotAfter),
                            !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch));
                        return true;
                    },
                },
                limit.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException or OperationCanceledException)
        {
            if (seen is null) return e is OperationCanceledException ? "no answer in 5 s" : e.Message;
        }

        return seen is null ? "it presented none" : seen;
    }
}
