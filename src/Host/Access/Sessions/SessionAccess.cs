using Microsoft.AspNetCore.Authentication;

namespace Hobom.Slices.Host.Access.Sessions;

/// <summary>How a request says who asks: by a key in its header, else by a session's cookie.</summary>
static class SessionAccess
{
    const string CallerScheme = "Caller";

    /// <param name="parts">What is on beside the relay.</param>
    public static void Add(
        IServiceCollection services, AccessSettings access, CallerKeys keys, IReadOnlyList<string> parts, TimeProvider clock)
    {
        services.AddSingleton(new SessionList(keys, clock)).AddSingleton(SignInWays.Of(access, parts));
        services.AddAuthentication(CallerScheme)
            .AddPolicyScheme(CallerScheme, null, o =>
            {
                o.ForwardDefaultSelector = SchemeOf;
                // Refusals look the same to everybody: no redirect, a line in the log.
                o.ForwardChallenge = ApiKeyAuthentication.SchemeName;
                o.ForwardForbid = ApiKeyAuthentication.SchemeName;
            })
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, _ => { })
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.SchemeName, _ => { });
    }

    static string SchemeOf(HttpContext http) =>
        !http.Request.Headers.ContainsKey(ApiKeyAuthentication.Header) && http.Request.Cookies.ContainsKey(SessionAuthentication.Cookie)
            ? SessionAuthentication.SchemeName
            : ApiKeyAuthentication.SchemeName;
}
