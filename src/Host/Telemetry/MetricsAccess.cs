using System.Security.Claims;
using Hobom.Slices.Host.Guards;
using Hobom.Slices.Http;

namespace Hobom.Slices.Host.Telemetry;

/// <summary>
/// Who may scrape. On the API's port: who may read everything else there. On a port of their own: this machine without a key, others
/// with one; that port has nothing else, and the API's has no metrics then.
/// </summary>
static class MetricsAccess
{
    /// <param name="own">Null where the metrics are on the API's port.</param>
    /// <param name="takesTokens">A provider is set, whose tokens callers may show.</param>
    public static Func<HttpContext, RequestDelegate, Task> KeepToItsPort(ListenAddress? own, bool takesTokens) => (http, next) =>
    {
        var asked = http.Request.Path.StartsWithSegments(TelemetryExport.Path, StringComparison.OrdinalIgnoreCase);
        if (own is not null && asked != (http.Connection.LocalPort == own.Port))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        if (asked) TakeBearer(http.Request, takesTokens);
        return next(http);
    };

    /// <summary>After the keys were looked at: a caller that has shown a good one is known by it.</summary>
    public static Func<HttpContext, RequestDelegate, Task> AdmitThisMachine(ListenAddress? own) => (http, next) =>
    {
        if (own is not null && http.Connection.LocalPort == own.Port && http.User.Identity?.IsAuthenticated is not true
            && ThisMachineOnly.IsThisMachine(http.Connection.RemoteIpAddress) && ThisMachineOnly.IsNamedAsThisMachine(http.Request.Host))
            http.User = Scraper;
        return next(http);
    };

    static readonly ClaimsPrincipal Scraper = new(new ClaimsIdentity(
        [new Claim(ClaimTypes.Name, "this machine"), new Claim(ClaimTypes.Role, Role.Reader)], "port"));

    /// <summary>Prometheus before 2.55 can send a key in no other header. What is a token is left to those who know tokens.</summary>
    static void TakeBearer(HttpRequest request, bool takesTokens)
    {
        const string scheme = "Bearer ";
        var authorization = request.Headers.Authorization.ToString();
        if (request.Headers.ContainsKey(Access.ApiKeyAuthentication.Header)
            || !authorization.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return;
        var shown = authorization[scheme.Length..];
        if (!takesTokens || !IsToken(shown)) request.Headers[Access.ApiKeyAuthentication.Header] = shown;
    }

    /// <summary>Three parts, of which the first is a JSON object in base64url, which begins so.</summary>
    static bool IsToken(string shown) => shown.StartsWith("eyJ", StringComparison.Ordinal) && shown.Count(c => c == '.') == 2;
}
