using System.Net;
using System.Net.Sockets;
using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>HOBOM_GRPC_TLS_CERT names whom to trust: that one, and never anybody in plain text.</summary>
public sealed class TlsTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    public enum Server
    {
        SelfSigned,
        OfTheAuthority,
        OfAnotherAuthority,
        OfAnotherName,
        Expired,
        SelfSignedExpired,
    }

    [Theory]
    [InlineData(Server.SelfSigned)]
    [InlineData(Server.OfTheAuthority)]
    public async Task A_trusted_server_is_polled(Server kind)
    {
        using var certificates = new TestCertificates();
        var (server, key, trusted) = Make(certificates, kind);
        await using var backends = await GrpcJsBackends.StartAsync(server, key);
        await using var processor = await StartAsync(("HOBOM_GRPC_ADDR", backends.MainAddress), ("HOBOM_GRPC_TLS_CERT", trusted));
        await backends.Control.GenerateRowsAsync("main", "MESSAGE", 5, idPrefix: Prefix);
        await Eventually.TrueAsync(
            async () => await backends.Control.CountAsync("main", "MESSAGE", "SENT") == 5, null, () => processor.Output);
    }

    [Theory]
    [InlineData(Server.OfAnotherAuthority)]
    [InlineData(Server.OfAnotherName)]
    [InlineData(Server.Expired)]
    [InlineData(Server.SelfSignedExpired)]
    public async Task A_server_that_is_not_trusted_gets_no_call_and_the_log_says_so(Server kind)
    {
        using var certificates = new TestCertificates();
        var (server, key, trusted) = Make(certificates, kind);
        await using var backends = await GrpcJsBackends.StartAsync(server, key);
        await backends.Control.GenerateRowsAsync("main", "MESSAGE", 5, idPrefix: Prefix);
        await using var processor = await StartAsync(("HOBOM_GRPC_ADDR", backends.MainAddress), ("HOBOM_GRPC_TLS_CERT", trusted));
        await processor.SaysAsync("messages: outbox: Unavailable");
        Assert.Equal(5, await backends.Control.CountAsync("main", "MESSAGE", "PENDING"));
        Assert.Equal(0, (await backends.Control.CallsAsync("main", "find-message")).Total);
    }

    [Fact]
    public async Task With_a_certificate_set_the_first_bytes_are_a_TLS_handshake()
    {
        using var certificates = new TestCertificates();
        var (_, _, trusted) = Make(certificates, Server.OfTheAuthority);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var processor = await StartAsync(
            ("HOBOM_GRPC_ADDR", $"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), ("HOBOM_GRPC_TLS_CERT", trusted));
        for (var connection = 1; connection <= 3; connection++)
        {
            using var client = await listener.AcceptTcpClientAsync().WaitAsync(Eventually.Limit);
            var first = new byte[2];
            await client.GetStream().ReadExactlyAsync(first).AsTask().WaitAsync(Eventually.Limit);
            Assert.Equal([0x16, 0x03], first);
        }
    }

    /// <summary>The server's certificate and key, and what the processor is told to trust.</summary>
    static (string Certificate, string Key, string Trusted) Make(TestCertificates certificates, Server kind)
    {
        using var authority = certificates.NewAuthority();
        using var another = certificates.NewAuthority();
        var (certificate, key) = kind switch
        {
            Server.SelfSigned => certificates.NewServer(null),
            Server.SelfSignedExpired => certificates.NewServer(null, expired: true),
            Server.OfAnotherAuthority => certificates.NewServer(another),
            Server.OfAnotherName => certificates.NewServer(authority, host: "elsewhere.example"),
            _ => certificates.NewServer(authority, expired: kind is Server.Expired),
        };
        var pinned = kind is Server.SelfSigned or Server.SelfSignedExpired;
        return (certificate, key, pinned ? certificate : certificates.Write(authority));
    }
}
