using System.Collections.Concurrent;
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
    /// <summary>For an outbox's whole backlog in one answer: until its first piece is here, and from each to the next.</summary>
    public static readonly TimeSpan FindDeadline = TimeSpan.FromSeconds(60);

    /// <summary>For one row's mark.</summary>
    public static readonly TimeSpan MarkDeadline = TimeSpan.FromSeconds(5);

    /// <summary>An answer may be this large (512 MiB): an outbox gives all its rows at once, and an outage piles them up.</summary>
    const int ReceiveByteLimit = 512 << 20;

    readonly GrpcChannel channel;
    readonly PartedAnswers answers;

    /// <summary>Made once: the channel keeps each that it has ever seen.</summary>
    readonly ConcurrentDictionary<MethodDescriptor, Method<IMessage, byte[]>> methods = new();
    readonly Metadata headers;
    readonly TimeProvider clock;

    /// <param name="address">host:port.</param>
    /// <param name="trust">Null for plain HTTP/2; else what to trust, and TLS.</param>
    public GrpcBackend(string address, string apiKey, TrustedCertificates? trust, TimeProvider clock)
    {
        Address = address;
        this.clock = clock;
        headers = new Metadata { { "x-api-key", apiKey } };
        answers = new PartedAnswers(NewHandler(trust), ReceiveByteLimit);
        channel = GrpcChannel.ForAddress(
            $"{(trust is null ? "http" : "https")}://{address}",
            new GrpcChannelOptions
            {
                HttpHandler = answers,
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
            using var running = call(request, OptionsOf(deadline, stopping));
            return await running.ResponseAsync;
        }
        catch (Exception failed) when (GrpcFailures.Of(failed, stopping) is { } failure)
        {
            return failure;
        }
    }

    /// <summary>Asks for what may be large, and has it read piece by piece, at the reader's pace.</summary>
    /// <param name="asked">The call, as its proto has it.</param>
    /// <param name="atMost">From the question to the last piece; no wait for a piece is longer than <see cref="FindDeadline"/>.</param>
    internal AnswerReading BeginReading(MethodDescriptor asked, IMessage request, TimeSpan atMost, CancellationToken stopping) => new(
        () => channel.CreateCallInvoker().AsyncServerStreamingCall(
            methods.GetOrAdd(asked, InParts), null, OptionsOf(atMost, stopping), request),
        FindDeadline, clock, stopping);

    public void Dispose() => channel.Dispose();

    /// <summary>For the backend it is a call with one answer; it is this process that cuts it.</summary>
    Method<IMessage, byte[]> InParts(MethodDescriptor asked)
    {
        var method = new Method<IMessage, byte[]>(
            MethodType.ServerStreaming, asked.Service.FullName, asked.Name,
            Marshallers.Create<IMessage>(
                (message, context) => context.Complete(message.ToByteArray()), _ => throw new NotSupportedException()),
            Marshallers.Create<byte[]>((_, _) => throw new NotSupportedException(), context => context.PayloadAsNewBuffer()));
        answers.ComeInParts(method.FullName);
        return method;
    }

    CallOptions OptionsOf(TimeSpan deadline, CancellationToken stopping) =>
        new(headers, (clock.GetUtcNow() + deadline).UtcDateTime, stopping);

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
