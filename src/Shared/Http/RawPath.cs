using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hobom.Slices.Http;

public static class RawPath
{
    /// <summary>
    /// The last segment of the path, or one before it, decoded. It is read from the request line, because the server's own
    /// decoding leaves %2F as it is and so makes two ids one.
    /// </summary>
    public static string Segment(HttpContext http, int segmentsAfter = 0)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        // A server in memory has no request line.
        var path = string.IsNullOrEmpty(target) ? http.Request.Path.ToUriComponent() : target.Split('?', 2)[0];
        var segments = path.Split('/');
        return Uri.UnescapeDataString(segments[^(segmentsAfter + 1)]);
    }
}
