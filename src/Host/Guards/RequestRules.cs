using Hobom.Slices.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Hobom.Slices.Host.Guards;

/// <summary>
/// What no request may be, whoever sends it: too large, or a change that a page of another site makes a browser
/// send. Keys come in a header, which such a page cannot set; without keys, on one machine, this is all there is.
/// </summary>
static class RequestRules
{
    const int BodyByteLimit = 1 << 20;

    /// <summary>Forms can be sent across sites without asking.</summary>
    static readonly string[] FormTypes = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"];

    public static void Limit(KestrelServerLimits limits)
    {
        limits.MaxRequestBodySize = BodyByteLimit;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.MaxConcurrentConnections = OpenStreams.ConnectionLimit;
    }

    public static Task RefuseAsync(HttpContext http, RequestDelegate next)
    {
        var request = http.Request;
        if (request.ContentLength > BodyLimitOf(http))
            return ErrorAnswer.WriteAsync(http, StatusCodes.Status413PayloadTooLarge, TooLarge(http));
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method))
            return next(http);
        if (IsFromAnotherSite(request))
            return ErrorAnswer.WriteAsync(http, StatusCodes.Status403Forbidden, "a change asked for by a page of another site is refused");
        if (request.ContentLength is not (null or 0) && IsForm(request.ContentType))
            return ErrorAnswer.WriteAsync(http, StatusCodes.Status415UnsupportedMediaType, "expected application/json");
        return next(http);
    }

    public static string TooLarge(HttpContext http) => BodyLimitOf(http) is var limit and not BodyByteLimit
        ? $"the body is larger than {limit} bytes"
        : "the body is larger than 1 MiB";

    /// <summary>Routing has told the server of a route's own limit, so that a body without a length has it too.</summary>
    static long BodyLimitOf(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? BodyByteLimit;

    /// <summary>Browsers say where a request comes from; programs do not. Old browsers only name the origin.</summary>
    static bool IsFromAnotherSite(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0) return site is not ("same-origin" or "none");
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from)
                && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    static bool IsForm(string? contentType) =>
        FormTypes.Any(form => contentType?.StartsWith(form, StringComparison.OrdinalIgnoreCase) is true);
}
