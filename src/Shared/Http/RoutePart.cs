using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Hobom.Slices.Http;

/// <summary>A parameter of a route, as the caller meant it.</summary>
public static class RoutePart
{
    /// <summary>
    /// Read from the request line, because the server's own decoding leaves %2F as it is and so makes two texts one. A slash at the
    /// end of the path changes nothing.
    /// </summary>
    public static string Of(HttpContext http, string name)
    {
        var routed = (http.GetRouteValue(name) as string) ?? "";
        if (http.GetEndpoint() is not RouteEndpoint { RoutePattern.PathSegments: var wanted }) return routed;
        var written = SegmentsOf(http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "");
        // Of a path with dot segments the server has made another one.
        if (written.Length != wanted.Count) return routed;
        for (var at = 0; at < wanted.Count; at++)
            if (wanted[at].Parts is [RoutePatternParameterPart part] && part.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return Uri.UnescapeDataString(written[at]);
        return routed;
    }

    static string[] SegmentsOf(string target)
    {
        var path = target.Split('?', 2)[0];
        // A client of a proxy names the server before the path.
        if (path.IndexOf("://", StringComparison.Ordinal) is var scheme and > 0 && !path.StartsWith('/'))
            path = path.IndexOf('/', scheme + 3) is var slash and > 0 ? path[slash..] : "/";
        return (path.EndsWith('/') ? path[..^1] : path).TrimStart('/').Split('/');
    }
}
