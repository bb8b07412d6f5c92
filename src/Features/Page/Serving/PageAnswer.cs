using FastEndpoints;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hobom.Slices.Page.Serving;

/// <summary>How a file of the page is answered: packed, with its entity tag, and with what it may do in a browser.</summary>
static class PageAnswer
{
    /// <summary>
    /// Scripts, styles, data and pictures come from here and nowhere else, no text becomes a script, and no other site frames it.
    /// </summary>
    public const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; manifest-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <param name="forever">Its path changes with its content.</param>
    public static Task SendAsync(HttpContext http, PageFile file, bool forever)
    {
        // Else the framework would take an answer without body for one that was never given.
        http.MarkResponseStart();
        var (bytes, encoding) = file.PackedFor(http.Request.Headers.AcceptEncoding.ToString());
        var tag = $"\"{file.Hash}{(encoding is null ? "" : $"-{encoding}")}\"";
        var headers = http.Response.Headers;
        headers.CacheControl = forever ? "public, max-age=31536000, immutable" : "no-cache";
        headers.ETag = tag;
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.ContentSecurityPolicy = Policy;
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (http.Request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries).Contains(tag, StringComparer.Ordinal))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return http.Response.CompleteAsync();
        }

        if (encoding is not null) headers.ContentEncoding = encoding;
        http.Response.ContentType = file.ContentType;
        http.Response.ContentLength = bytes.Length;
        return http.Response.Body.WriteAsync(bytes, http.RequestAborted).AsTask();
    }
}
