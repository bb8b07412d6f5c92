using System.Net.Http.Headers;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>One call, from its request to its status. What stops it first (deadline, caller, channel) names the status.</summary>
internal sealed class UnaryCall<TRequest, TResponse> : IDisposable
    where TRequest : class
    where TResponse : class
{
    private readonly GrpcChannel channel;
    private readonly Method<TRequest, TResponse> method;
    private readonly CallOptions options;
    private readonly Uri address;
    private readonly Deadline deadline;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task<TResponse> response;
    private Ending? stopped;
    private Ending? finished;
    private Task<HttpResponseMessage>? sending;
    private HttpHeaders? trailers;

    private UnaryCall(
        GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options, TRequest request)
    {
        this.channel = channel;
        this.method = method;
        this.options = options;
        address = channel.AddressOf(method.FullName);
        deadline = Deadline.From(options.Deadline);
        response = RunAsync(request);
    }

    public static AsyncUnaryCall<TResponse> Start(
        GrpcChannel channel, Method<TRequest, TResponse> method, CallOptions options, TRequest request)
    {
        var started = new UnaryCall<TRequest, TResponse>(channel, method, options, request);
        return new AsyncUnaryCall<TResponse>(
            started.response,
            static call => Self(call).ReadHeadersAsync(),
            static call => Self(call).Finished.Status,
            static call => Self(call).ReadTrailers(),
            static call => Self(call).Dispose(),
            started);
    }

    /// <summary>Cancels a call under way; a finished one has nothing left to let go.</summary>
    public void Dispose() => Stop(new Status(StatusCode.Cancelled, "The call was disposed."));

    private Ending Finished =>
        Volatile.Read(ref finished) ?? throw new InvalidOperationException("The call has not finished.");

    private async Task<TResponse> RunAsync(TRequest request)
    {
        TResponse? message = null;
        Status status;
        try
        {
            // In this order: a token that is cancelled already stops the call on being registered.
            using var callerStops = options.CancellationToken.UnsafeRegister(
                static call => Self(call!).Stop(new Status(StatusCode.Cancelled, "The caller cancelled.")), this);
            using var channelStops = channel.Closing.UnsafeRegister(
                static call => Self(call!).Stop(new Status(StatusCode.Cancelled, "The channel was disposed.")), this);
            using var deadlineStops = deadline.Arm(static call => Self(call).Stop(Deadline.Exceeded), this);
            (message, status) = await ExchangeAsync(request);
        }
        catch (Exception error)
        {
            status = Volatile.Read(ref stopped)?.Status ?? StatusOf.Exception(error);

            // A server that watches the same deadline may reset the stream a moment before our own timer fires.
            if (status.StatusCode == StatusCode.Cancelled && stopped is null && deadline.HasPassed)
                status = Deadline.Exceeded;
        }

        Volatile.Write(ref finished, new Ending(status));
        stopping.Dispose();
        return status.StatusCode == StatusCode.OK ? message! : throw new RpcException(status, ReadTrailers());
    }

    private async Task<(TResponse? Message, Status Status)> ExchangeAsync(TRequest request)
    {
        stopping.Token.ThrowIfCancellationRequested();
        using var http = BuildRequest(request);
        sending = channel.SendAsync(http, stopping.Token);
        using var reply = await sending;

        // A response without a message carries its status among the headers.
        if (StatusOf.Headers(reply) is { } status)
        {
            trailers = reply.Headers;
            return (null, status);
        }

        await using var body = await reply.Content.ReadAsStreamAsync(stopping.Token);
        var encoding = HeaderMetadata.Text(reply.Headers, "grpc-encoding");
        var frame = await ResponseFrame.ReadAsync(body, channel.MaxReceiveMessageSize, encoding, stopping.Token);
        trailers = reply.TrailingHeaders;
        status = StatusOf.Trailers(reply.TrailingHeaders, frame);
        return status.StatusCode == StatusCode.OK
            ? (Deserialize(frame), status)
            : (null, status);
    }

    private HttpRequestMessage BuildRequest(TRequest request)
    {
        var http = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Version = System.Net.HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = RequestFrame.Of(request, method.RequestMarshaller, channel.MaxSendMessageSize),
        };
        HeaderMetadata.WriteProtocol(http.Headers, deadline.Left);
        if (options.Headers is { } metadata)
            HeaderMetadata.Write(http.Headers, metadata);
        return http;
    }

    // What a marshaller throws may look like a failed connection: protobuf's exception is an IOException.
    private TResponse Deserialize(ResponseFrame frame)
    {
        try
        {
            return method.ResponseMarshaller.ContextualDeserializer(frame);
        }
        catch (Exception error)
        {
            throw new RpcException(new Status(StatusCode.Internal, "The response's message cannot be read.", error));
        }
    }

    private void Stop(Status reason)
    {
        if (Volatile.Read(ref finished) is not null)
            return;
        Interlocked.CompareExchange(ref stopped, new Ending(reason), null);
        try
        {
            stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The call finished between the look and the cancelling.
        }
    }

    private async Task<Metadata> ReadHeadersAsync()
    {
        try
        {
            if (sending is not null)
                return HeaderMetadata.Read((await sending).Headers);
        }
        catch (Exception)
        {
            // No headers came; the call below says why.
        }

        await response;
        throw new InvalidOperationException("A call that sent nothing has no headers.");
    }

    private Metadata ReadTrailers()
    {
        _ = Finished;
        return trailers is null ? Metadata.Empty : HeaderMetadata.Read(trailers);
    }

    private static UnaryCall<TRequest, TResponse> Self(object call) => (UnaryCall<TRequest, TResponse>)call;

    private sealed record Ending(Status Status);
}
