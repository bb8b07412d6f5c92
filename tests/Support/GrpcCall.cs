using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hobom.Slices.Tests.Support;

/// <summary>The server's side of one call under way.</summary>
public sealed class GrpcCall(HttpContext http)
{
    /// <summary>Cancelled when the client gives up, or its connection is gone.</summary>
    public CancellationToken ClientGone => http.RequestAborted;

    /// <summary>The request's metadata of that key as it came (binary: base64), or null.</summary>
    public string? Header(string key) => http.Request.Headers.TryGetValue(key, out var values) ? values.ToString() : null;

    /// <summary>Response metadata, before the message; binary values in base64.</summary>
    public void AddHeader(string key, string value) => http.Response.Headers.Append(key, value);

    /// <summary>Metadata that comes with the status of a call that succeeds.</summary>
    public void AddTrailer(string key, string value) => http.Response.AppendTrailer(key, value);

    /// <summary>Sends the response's headers now, without its message.</summary>
    public Task SendHeadersAsync() => http.Response.StartAsync(http.RequestAborted);

    /// <summary>Answers nothing until the client gives up.</summary>
    public async Task HangAsync() => await Task.Delay(Timeout.Infinite, http.RequestAborted);

    /// <summary>Breaks the stream off with an HTTP/2 error code (RST_STREAM): 7 is REFUSED_STREAM, 8 CANCEL.</summary>
    public void ResetStream(int http2ErrorCode) => http.Features.GetRequiredFeature<IHttpResetFeature>().Reset(http2ErrorCode);

    /// <summary>Drops the whole TCP connection, and every other call on it.</summary>
    public void DropConnection() => http.Features.GetRequiredFeature<IConnectionLifetimeFeature>().Abort();
}
