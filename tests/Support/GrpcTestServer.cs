using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Tests.Support;

/// <summary>
/// A real gRPC server for unary calls on 127.0.0.1: plain HTTP/2, or TLS with a certificate. What a method answers may
/// be set and replaced while it runs; a method nobody set answers UNIMPLEMENTED, as real servers do.
/// </summary>
/// <example><code>
/// await using var server = await GrpcTestServer.StartAsync();
/// server.Unary&lt;MarkRequest, Empty&gt;(
///     "/outbox.message.PatchOutboxController/PatchOutboxMarkAsSentUseCase",
///     (mark, call) => call.Header("x-api-key") == "key"
///         ? Task.FromResult(new Empty())
///         : throw new RpcException(new Status(StatusCode.Unauthenticated, "wrong key")));
/// </code></example>
public sealed class GrpcTestServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, RequestDelegate> methods = new(StringComparer.Ordinal);
    private readonly WebApplication app;

    private GrpcTestServer(WebApplication app) => this.app = app;

    /// <summary><c>http://127.0.0.1:port</c>, or https.</summary>
    public Uri Address { get; private set; } = null!;

    /// <param name="port">0 takes a free one; a given one lets a test bring the server back where it was.</param>
    /// <param name="certificate">With its private key: the server then speaks TLS only.</param>
    public static async Task<GrpcTestServer> StartAsync(int port = 0, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore();
        if (certificate is not null)
            builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(System.Net.IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (certificate is not null)
                    listen.UseHttps(certificate);
            });
        });

        var server = new GrpcTestServer(builder.Build());
        server.app.Run(server.AnswerAsync);
        await server.app.StartAsync();
        server.Address = new Uri(server.app.Urls.Single());
        return server;
    }

    /// <summary>
    /// Sets what one method answers. Throw an <see cref="RpcException"/> to answer its status and trailers; any other
    /// exception answers UNKNOWN. The call lets the answer delay, hang, add headers and trailers, or break off.
    /// </summary>
    /// <param name="path"><c>/package.Service/Method</c></param>
    public void Unary<TRequest, TResponse>(string path, Func<TRequest, GrpcCall, Task<TResponse>> answer)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage<TResponse> =>
        methods[path] = async http =>
        {
            var request = new TRequest();
            request.MergeFrom(await GrpcFrame.ReadAsync(http.Request.Body, http.RequestAborted));
            var response = await answer(request, new GrpcCall(http));
            await GrpcFrame.WriteAsync(http.Response, response);
            http.Response.AppendTrailer("grpc-status", "0");
        };

    /// <summary>Sets one method's answer as bare HTTP, for answers that no sound gRPC server gives.</summary>
    public void Raw(string path, RequestDelegate answer) => methods[path] = answer;

    /// <summary>Stops at once: calls under way break off.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        try
        {
            if (!methods.TryGetValue(http.Request.Path.Value ?? "", out var method))
                throw new RpcException(new Status(StatusCode.Unimplemented, $"No method {http.Request.Path}."));
            await method(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away, or the answer broke the stream off: nobody is left to tell.
        }
        catch (RpcException failure)
        {
            GrpcFrame.WriteStatus(http.Response, failure.Status, failure.Trailers);
        }
        catch (Exception failure)
        {
            GrpcFrame.WriteStatus(http.Response, new Status(StatusCode.Unknown, failure.Message), Metadata.Empty);
        }
    }
}
