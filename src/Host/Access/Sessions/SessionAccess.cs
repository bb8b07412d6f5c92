using Hobom.Slices.Host.Access.Oidc;
using Microsoft.AspNetCore.Authentication;

namespace Hobom.Slices.Host.Access.Sessions;

/// <summary>How a request says who asks: by a key or a token in its header, else by a session's cookie.</summary>
static class SessionAccess
{
    const string CallerScheme = "Caller";

    /// <param name="parts">What is on: relay, broker, streams.</param>
    public static void Add(
        IServiceCollection services, AccessSettings access, CallerKeys keys, IReadOnlyList<string> parts, TimeProvider clock)
    {
        services.AddSingleton(new SessionList(keys, clock)).AddSingleton(SignInWays.Of(access, parts));
        var authentication = services.AddAuthentication(CallerScheme)
            .AddPolicyScheme(CallerScheme, null, o =>
            {
                o.ForwardDefaultSelector = http => SchemeOf(http, access.Oidc is not null);
                // Refusals look the same to everybody: no redirect, a line in the log.
                o.ForwardChallenge = ApiKeyAuthentication.SchemeName;
                o.ForwardForbid = ApiKeyAuthentication.SchemeName;
            })
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, _ => { })
            .AddScheme<AuthenticationSchemeOptions, SessionAuthentication>(SessionAuthentication.SchemeName, _ => { });
        if (access.Oidc is { } provider) OidcAccess.Add(authentication, provider);
    }

    static string SchemeOf(HttpContext http, bool takesTokens) =>
        http.Request.Headers.ContainsKey(ApiKeyAuthentication.Header) ? ApiKeyAuthentication.SchemeName
        : takesTokens && http.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? OidcAccess.BearerScheme
        : http.Request.Cookies.ContainsKey(SessionAuthentication.Cookie) ? SessionAuthentication.SchemeName
        : ApiKeyAuthentication.SchemeName;
}
