using System.Buffers.Binary;
using System.Net;
using Google.Protobuf;

namespace Grpc.Net.Client.Tests;

/// <summary>Stands where the network would: answers with bytes cut as the test says, and keeps what was sent.</summary>
internal sealed class ScriptedHandler(Func<CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    public ScriptedHandler(HttpResponseMessage reply)
        : this(_ => Task.FromResult(reply))
    {
    }

    public HttpRequestMessage? Request { get; private set; }

    public byte[] RequestBody { get; private set; } = [];

    public int RequestCount { get; private set; }

    public bool IsDisposed { get; private set; }

    /// <summary>A gRPC response; null for a status that the server leaves out.</summary>
    public static HttpResponseMessage Reply(Stream body, string? status = "0", string? message = null)
    {
        var reply = new HttpResponseMessage { Version = HttpVersion.Version20, Content = new StreamContent(body) };
        reply.Content.Headers.ContentType = new("application/grpc");
        if (status is not null)
            reply.TrailingHeaders.Add("grpc-status", status);
        if (message is not null)
            reply.TrailingHeaders.TryAddWithoutValidation("grpc-message", message);
        return reply;
    }

    public static HttpResponseMessage Reply(byte[] body, string? status = "0", string? message = null) =>
        Reply(new ChunkedStream(body, int.MaxValue), status, message);

    /// <summary>A response of headers alone.</summary>
    public static HttpResponseMessage TrailersOnly(string status, string? message = null)
    {
        var reply = Reply([], status: null);
        reply.Headers.Add("grpc-status", status);
        if (message is not null)
            reply.Headers.TryAddWithoutValidation("grpc-message", message);
        return reply;
    }

    public static byte[] Frame(IMessage message) => Frame(message.ToByteArray());

    public static byte[] Frame(byte[] message, byte compression = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = compression;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        RequestCount++;
        Request = request;
        RequestBody = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        var reply = await answer(cancellationToken);
        reply.RequestMessage = request;
        return reply;
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
