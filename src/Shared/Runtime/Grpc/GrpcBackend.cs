using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Grpc;

/// <summary>
/// One backend: its connections, its key and its deadlines. It reconnects by itself, and turns every way a
/// call can fail into a <see cref="CallFailure"/>.
/// </summary>
public sealed class GrpcBackend : IDisposable
{
    /// <summary>For an outbox's whole backlog in one answer.</summary>
    public static readonly TimeSpan FindDeadline = TimeSpan.FromSeconds(60);

    /// <summary>For one row's mark.</summary>
    public static readonly TimeSpan MarkDeadline = TimeSpan.FromSeconds(5);

    /// <summary>An answer may be this large (512 MiB): an outbox gives all its rows at once, and an outage piles them up.</summary>
    const int ReceiveByteLimit = 512 << 20;

    readonly GrpcChannel channel;
    readonly Metadata headers;
    readonly TimeProvider clock;

    /// <param name="address">host:port.</param>
    /// <param name="trust">Null for plain HTTP/2; else what to trust, and TLS.</param>
    public GrpcBackend(string address, string apiKey, TrustedCertificates? trust, TimeProvider clock)
    {
        Address = address;
        this.clock = clock;
        headers = new Metadata { { "x-api-key", apiKey } };
        channel = GrpcChannel.ForAddress(
            $"{(trust is null ? "http" : "https")}://{address}",
            new GrpcChannelOptions
            {
                HttpHandler = NewHandler(trust),
                DisposeHttpClient = true,
                MaxReceiveMessageSize = ReceiveByteLimit,
            });
    }

    public string Address { get; }

    /// <summary>What a generated client is made over.</summary>
    public ChannelBase Channel => channel;

    /// <param name="call">The generated client's method.</param>
    /// <param name="stopping">Ends the call early; used for reads, never for a mark that may have been applied.</param>
    public async Task<Either<CallFailure, TResponse>> CallAsync<TRequest, TResponse>(
        Func<TRequest, CallOptions, AsyncUnaryCall<TResponse>> call,
        TRequest request,
        TimeSpan deadline,
        CancellationToken stopping = default)
    {
        try
        {
            using var running = call(request, new CallOptions(headers, (clock.GetUtcNow() + deadline).UtcDateTime, stopping));
            return await running.ResponseAsync;
        }
        catch (RpcException refused)
        {
            return GrpcFailures.Of(refused, stopping.IsCancellationRequested);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return new CallFailure(CallFailureKind.Cancelled, "the process is stopping");
        }
        catch (ObjectDisposedException)
        {
            return new CallFailure(CallFailureKind.Cancelled, "the connection is closed");
        }
    }

    /// <summary>Asks an outbox for its rows, and reads the bytes of the answer: many rows are best not read all at once.</summary>
    /// <param name="find">The call, as its proto has it.</param>
    /// <param name="read">What it throws is an answer that cannot be read.</param>
    public Task<Either<CallFailure, TRows>> FindAsync<TRows>(
        MethodDescriptor find, IMessage request, Func<byte[], TRows> read, CancellationToken stopping)
        where TRows : class
    {
        var method = new Method<IMessage, TRows>(
            MethodType.Unary, find.Service.FullName, find.Name,
            Marshallers.Create<IMessage>(
                (message, context) => context.Complete(message.ToByteArray()), _ => throw new NotSupportedException()),
            Marshallers.Create<TRows>(
                (_, _) => throw new NotSupportedException(), context => read(context.PayloadAsNewBuffer())));
        return CallAsync(
            (asked, options) => channel.CreateCallInvoker().AsyncUnaryCall(method, null, options, asked), request, FindDeadline, stopping);
    }

    public void Dispose() => channel.Dispose();

    static SocketsHttpHandler NewHandler(TrustedCertificates? trust)
    {
        var handler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // A peer that vanished without a word is noticed within 20 s, in the middle of a call or at rest.
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = TimeSpan.FromMinutes(30),
            InitialHttp2StreamWindowSize = 4 << 20,
            UseProxy = false,
            UseCookies = false,
            // A backend that sends its caller elsewhere is not one, and each layer costs at every mark.
            AllowAutoRedirect = false,
        };
        if (trust is not null)
            handler.SslOptions.RemoteCertificateValidationCallback =
                (_, certificate, chain, errors) => trust.Accepts(certificate, chain, errors);
        return handler;
    }
}
