using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Hobom.Slices.Sandbox.Grpc;

namespace Hobom.Slices.Sandbox.Tests;

/// <summary>A unary call over a bare HttpClient: what is on the wire, without a gRPC library's view of it.</summary>
internal sealed class RawCall(string address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://{address}") };

    public async Task<(string Status, TResponse Message)> SendAsync<TResponse>(string path, IMessage request, string key)
        where TResponse : IMessage<TResponse>, new()
    {
        using var call = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(GrpcFrame.Write(request)),
        };
        call.Headers.Add("x-api-key", key);
        call.Headers.Add("te", "trailers");
        call.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await _http.SendAsync(call);
        var body = await response.Content.ReadAsByteArrayAsync();
        var status = response.TrailingHeaders.TryGetValues("grpc-status", out var trailer)
            ? trailer : response.Headers.GetValues("grpc-status");
        var message = new TResponse();
        if (body.Length > 0)
            message.MergeFrom(body.AsSpan(GrpcFrame.PrefixBytes));
        return (status.Single(), message);
    }

    public void Dispose() => _http.Dispose();
}
