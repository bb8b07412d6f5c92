using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Sandbox.Grpc;

/// <summary>Unary gRPC over plain HTTP/2, framed by hand, on one port. Methods first, then the start.</summary>
/// <param name="toWrongKey">What a call without the right <c>x-api-key</c> gets: backends differ in it.</param>
public sealed class GrpcBackend(string apiKey, GrpcAnswer toWrongKey) : IAsyncDisposable
{
    private readonly Dictionary<string, Func<byte[], CancellationToken, Task<GrpcAnswer>>> _methods =
        new(StringComparer.Ordinal);

    private WebApplication? _app;

    /// <summary>Answers one method.</summary>
    /// <param name="path"><c>/package.Service/Rpc</c>.</param>
    public void Serve<TRequest>(string path, Func<TRequest, CancellationToken, Task<GrpcAnswer>> answer)
        where TRequest : IMessage<TRequest>, new()
    {
        var parser = new MessageParser<TRequest>(() => new TRequest());
        _methods.Add(path, (bytes, cancelled) => answer(parser.ParseFrom(bytes), cancelled));
    }

    public void Serve<TRequest>(string path, Func<TRequest, GrpcAnswer> answer)
        where TRequest : IMessage<TRequest>, new() =>
        Serve<TRequest>(path, (request, _) => Task.FromResult(answer(request)));

    /// <summary>Port 0 takes a free one.</summary>
    /// <returns>The address as <c>host:port</c>.</returns>
    public async Task<string> StartAsync(IPAddress address, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(address, port, listen => listen.Protocols = HttpProtocols.Http2));
        _app = builder.Build();
        _app.Run(HandleAsync);
        await _app.StartAsync();
        return new Uri(_app.Urls.Single()).Authority;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        if (http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return;
        }

        var answer = await AnswerAsync(http);
        http.Response.ContentType = "application/grpc";
        if (answer.Message is null)
        {
            // A call without a message ends with its first header block ("trailers only").
            http.Response.Headers["grpc-status"] = $"{(int)answer.Status}";
            http.Response.Headers["grpc-message"] = GrpcFrame.EncodeDetail(answer.Detail);
            return;
        }

        http.Response.DeclareTrailer("grpc-status");
        await http.Response.Body.WriteAsync(GrpcFrame.Write(answer.Message), http.RequestAborted);
        http.Response.AppendTrailer("grpc-status", "0");
    }

    private async Task<GrpcAnswer> AnswerAsync(HttpContext http)
    {
        if (http.Request.Headers["x-api-key"] != apiKey)
            return toWrongKey;
        if (!_methods.TryGetValue(http.Request.Path, out var method))
            return GrpcAnswer.Refused(GrpcStatus.Unimplemented, $"no method {http.Request.Path}");

        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        if (GrpcFrame.Read(body.ToArray()) is not { } message)
            return GrpcAnswer.Refused(GrpcStatus.Internal, "not one uncompressed message");
        try
        {
            return await method(message, http.RequestAborted);
        }
        catch (InvalidProtocolBufferException)
        {
            return GrpcAnswer.Refused(GrpcStatus.Internal, "not a message of this method");
        }
    }
}
