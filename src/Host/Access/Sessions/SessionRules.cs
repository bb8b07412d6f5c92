using Hobom.Slices.Http;

namespace Hobom.Slices.Host.Access.Sessions;

/// <summary>
/// A browser sends a session's cookie by itself, so a change wants proof that this site's own page asked for it. Whoever shows a
/// key in a header has given that proof.
/// </summary>
static class SessionRules
{
    public static Task RefuseAsync(HttpContext http, RequestDelegate next) =>
        http.User.Identity?.AuthenticationType != SessionAuthentication.SchemeName || IsLook(http.Request) || IsOwn(http.Request)
            ? next(http)
            : ErrorAnswer.WriteAsync(http, StatusCodes.Status403Forbidden, "a change in a session is asked for by the page itself only");

    static bool IsLook(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    /// <summary>Browsers that do not tell the site tell the origin.</summary>
    static bool IsOwn(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        return site.Length > 0
            ? site == "same-origin"
            : Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var from)
                && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
