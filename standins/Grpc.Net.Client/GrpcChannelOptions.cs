namespace Grpc.Net.Client;

/// <summary>How a channel sends. <see cref="HttpHandler"/> and <see cref="HttpClient"/> exclude each other.</summary>
public sealed class GrpcChannelOptions
{
    /// <summary>Null: a handler of the channel's own.</summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>A client to send through instead of a handler; its own time-out applies to every call.</summary>
    public HttpClient? HttpClient { get; set; }

    /// <summary>Whether the channel disposes the given handler or client; one of its own it always disposes.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Bytes of one request message; null: no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>Bytes of one response message, 4 MiB unless set; null: no limit.</summary>
    public int? MaxReceiveMessageSize { get; set; } = 4 * 1024 * 1024;
}
