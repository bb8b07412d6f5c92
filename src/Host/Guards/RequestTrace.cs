using System.Security.Cryptography;

namespace Hobom.Slices.Host.Guards;

/// <summary>In the log's scope while a request is served.</summary>
sealed record TraceScope(string TraceId);

/// <summary>
/// A caller's <c>x-hobom-trace-id</c>, or one of our own: the request's trace identifier, in each of its log lines and in
/// the answer.
/// </summary>
static class RequestTrace
{
    public const string Header = "x-hobom-trace-id";

    const int LengthLimit = 128;

    public static async Task KeepAsync(HttpContext http, RequestDelegate next)
    {
        var given = http.Request.Headers[Header] is [{ } one] && IsWellFormed(one) ? one : null;
        http.TraceIdentifier = given ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        http.Response.Headers[Header] = http.TraceIdentifier;
        using var scope = http.RequestServices.GetRequiredService<ILoggerFactory>()
            .CreateLogger("Hobom.Slices.Http").BeginScope(new TraceScope(http.TraceIdentifier));
        await next(http);
    }

    static bool IsWellFormed(string text) =>
        text.Length is > 0 and <= LengthLimit && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');
}
