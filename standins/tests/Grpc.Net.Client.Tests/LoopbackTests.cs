using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Tests.Support;
using static Grpc.Net.Client.Tests.OutboxCalls;

namespace Grpc.Net.Client.Tests;

/// <summary>The rules that a real server and a real connection could break.</summary>
public sealed class LoopbackTests : IAsyncLifetime
{
    private GrpcTestServer server = null!;
    private GrpcChannel channel = null!;

    public async Task InitializeAsync()
    {
        server = await GrpcTestServer.StartAsync();
        channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
    }

    public async Task DisposeAsync()
    {
        channel.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_call_reaches_the_server_with_its_request_and_metadata()
    {
        server.Unary<MarkRequest, Empty>(MarkPath, (mark, request) =>
        {
            request.AddHeader("seen-id", mark.EventId);
            request.AddHeader("seen-key", request.Header("x-api-key")!);
            request.AddHeader("seen-te", request.Header("te")!);
            request.AddTrailer("took", "1");
            return Task.FromResult(new Empty());
        });
        using var call = channel.Mark(new CallOptions(new Metadata { { "x-api-key", "secret" } }));

        await call;

        var headers = await call.ResponseHeadersAsync;
        Assert.Equal("e-1", headers.GetValue("seen-id"));
        Assert.Equal("secret", headers.GetValue("seen-key"));
        Assert.Equal("trailers", headers.GetValue("seen-te"));
        Assert.Equal("1", call.GetTrailers().GetValue("took"));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_response_of_64_MiB_arrives_whole()
    {
        var rows = Enumerable.Range(0, 64).Select(row => new QueryResult { Id = $"{row}", LastError = new string('x', 1 << 20) });
        var sent = new Response { Items = { rows } };
        server.Unary<Request, Response>(FindPath, (_, _) => Task.FromResult(sent));

        Assert.Equal(sent, await channel.Find());
    }

    [Fact]
    public async Task A_servers_status_arrives_with_its_message_and_trailers()
    {
        server.Unary<MarkRequest, Empty>(MarkPath, (_, _) => throw new RpcException(
            new Status(StatusCode.NotFound, "100% 없음\n"), new Metadata { { "row", "e-1" }, { "raw-bin", [1, 2, 3] } }));

        var failure = await FailureOf(channel.Mark());

        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Equal("100% 없음\n", failure.Status.Detail);
        Assert.Equal("e-1", failure.Trailers.GetValue("row"));
        Assert.Equal([1, 2, 3], failure.Trailers.GetValueBytes("raw-bin"));
    }

    [Fact]
    public async Task A_method_the_server_lacks_is_UNIMPLEMENTED() =>
        Assert.Equal(StatusCode.Unimplemented, (await FailureOf(channel.Mark())).StatusCode);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task At_the_deadline_the_client_gives_up_and_the_server_learns_of_it(bool afterHeaders)
    {
        var clientGone = new TaskCompletionSource();
        server.Unary<MarkRequest, Empty>(MarkPath, async (_, request) =>
        {
            using var watch = request.ClientGone.Register(() => clientGone.TrySetResult());
            if (afterHeaders)
                await request.SendHeadersAsync();
            await request.HangAsync();
            return new Empty();
        });

        // On a busy machine a deadline may pass before the call has reached the server: then again, with more time.
        for (var allowed = TimeSpan.FromMilliseconds(250); !clientGone.Task.IsCompleted && allowed < Patience; allowed *= 2)
        {
            var failure = await FailureOf(channel.Mark(new CallOptions(deadline: In(allowed))));
            Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
            await Task.WhenAny(clientGone.Task, Task.Delay(allowed));
        }

        Assert.True(clientGone.Task.IsCompleted);
    }

    [Theory]
    [InlineData(0x2, StatusCode.Internal)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xb, StatusCode.ResourceExhausted)]
    [InlineData(0xc, StatusCode.PermissionDenied)]
    public async Task A_stream_the_server_resets_has_the_status_of_its_code(int http2ErrorCode, StatusCode expected)
    {
        server.Unary<MarkRequest, Empty>(MarkPath, async (_, request) =>
        {
            request.ResetStream(http2ErrorCode);
            await request.HangAsync();
            return new Empty();
        });

        Assert.Equal(expected, (await FailureOf(channel.Mark())).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_drops_under_way_is_UNAVAILABLE(bool afterHeaders)
    {
        server.Unary<MarkRequest, Empty>(MarkPath, async (_, request) =>
        {
            if (afterHeaders)
                await request.SendHeadersAsync();
            request.DropConnection();
            await request.HangAsync();
            return new Empty();
        });

        Assert.Equal(StatusCode.Unavailable, (await FailureOf(channel.Mark())).StatusCode);
    }

    [Fact]
    public async Task A_server_that_is_down_is_UNAVAILABLE_and_works_again_once_it_is_back()
    {
        await server.DisposeAsync();
        Assert.Equal(StatusCode.Unavailable, (await FailureOf(channel.Mark())).StatusCode);

        server = await GrpcTestServer.StartAsync(server.Address.Port);
        server.Unary<MarkRequest, Empty>(MarkPath, (_, _) => Task.FromResult(new Empty()));

        // The package may go on failing for about a second.
        var deadline = In(Patience);
        while (true)
        {
            try
            {
                await channel.Mark();
                break;
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.Unavailable && DateTime.UtcNow < deadline)
            {
                await Task.Delay(100);
            }
        }
    }

    [Fact]
    public async Task Many_calls_at_once_each_get_their_own_answer()
    {
        server.Unary<Request, Response>(FindPath, (find, _) =>
            Task.FromResult(new Response { Items = { new QueryResult { Id = find.Status } } }));
        var client = new FindHoBomMessageOutboxController.FindHoBomMessageOutboxControllerClient(channel);

        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(async number =>
            (await client.FindOutboxByEventTypeAndStatusUseCaseAsync(new Request { Status = $"{number}" })).Items[0].Id));

        Assert.Equal(Enumerable.Range(0, 500).Select(number => $"{number}"), answers);
    }

    [Fact]
    public async Task A_given_HttpClient_sends_the_calls()
    {
        server.Unary<MarkRequest, Empty>(MarkPath, (_, _) => Task.FromResult(new Empty()));
        using var client = new HttpClient();
        using var throughClient = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { HttpClient = client });

        Assert.NotNull(await throughClient.Mark());
    }

    [Fact]
    public async Task An_https_address_speaks_TLS_through_the_given_handler()
    {
        using var certificate = SelfSigned();
        await using var secure = await GrpcTestServer.StartAsync(certificate: certificate);
        secure.Unary<MarkRequest, Empty>(MarkPath, (_, _) => Task.FromResult(new Empty()));

        Assert.NotNull(await Secure(secure.Address, certificate.Thumbprint).Mark());
        Assert.NotEqual(StatusCode.OK, (await FailureOf(Secure(secure.Address, "another").Mark())).StatusCode);
    }

    private static GrpcChannel Secure(Uri address, string thumbprint) =>
        GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            DisposeHttpClient = true,
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, shown, _, _) =>
                        shown is X509Certificate2 certificate && certificate.Thumbprint == thumbprint,
                },
            },
        });

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
