using System.Collections.Concurrent;
using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>Connections to one server; made once, shared by all clients, safe to use from many threads.</summary>
public sealed class GrpcChannel : ChannelBase, IDisposable
{
    private readonly ConcurrentDictionary<string, Uri> methodAddresses = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource closing = new();
    private readonly HttpMessageInvoker http;
    private readonly bool ownsHttp;
    private readonly Uri address;
    private bool disposed;

    private GrpcChannel(Uri address, GrpcChannelOptions options)
        : base(address.Authority)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"'{address}' is no http or https address.", nameof(address));
        if (options.HttpClient is not null && options.HttpHandler is not null)
            throw new ArgumentException("HttpClient and HttpHandler exclude each other.", nameof(options));

        this.address = address;
        MaxSendMessageSize = options.MaxSendMessageSize;
        MaxReceiveMessageSize = options.MaxReceiveMessageSize;
        ownsHttp = options.DisposeHttpClient || (options.HttpClient is null && options.HttpHandler is null);
        http = options.HttpClient ?? new HttpMessageInvoker(
            options.HttpHandler ?? new SocketsHttpHandler { EnableMultipleHttp2Connections = true }, ownsHttp);
        Closing = closing.Token;
    }

    internal int? MaxSendMessageSize { get; }

    internal int? MaxReceiveMessageSize { get; }

    internal CancellationToken Closing { get; }

    /// <param name="address"><c>http://host:port</c> for plain HTTP/2, <c>https://…</c> for TLS; a path is ignored.</param>
    public static GrpcChannel ForAddress(string address) => ForAddress(address, new GrpcChannelOptions());

    /// <inheritdoc cref="ForAddress(string)"/>
    public static GrpcChannel ForAddress(string address, GrpcChannelOptions channelOptions) =>
        ForAddress(new Uri(address, UriKind.Absolute), channelOptions);

    /// <inheritdoc cref="ForAddress(string)"/>
    public static GrpcChannel ForAddress(Uri address) => ForAddress(address, new GrpcChannelOptions());

    /// <inheritdoc cref="ForAddress(string)"/>
    public static GrpcChannel ForAddress(Uri address, GrpcChannelOptions channelOptions) =>
        new(address, channelOptions);

    public override CallInvoker CreateCallInvoker()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return new HttpCallInvoker(this);
    }

    /// <summary>Ends the calls under way as cancelled; later ones throw <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        closing.Cancel();
        closing.Dispose();
        if (ownsHttp)
            http.Dispose();
    }

    internal Uri AddressOf(string methodPath)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return methodAddresses.GetOrAdd(methodPath, static (path, server) => new Uri(server, path), address);
    }

    /// <summary>Completes with the headers: an HttpClient left to itself would wait for the whole body.</summary>
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken token) =>
        http is HttpClient client
            ? client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token)
            : http.SendAsync(request, token);
}
