using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Hobom.Slices.Host.Access.Sessions;

/// <summary>
/// Knows a person by the cookie of a session. The framework's cookies would keep the id that a browser came with when it signs
/// in anew; here each sign-in gets its own.
/// </summary>
sealed class SessionAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, SessionList sessions)
    : SignInAuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Session";

    /// <summary>The prefix makes browsers insist: over TLS or from this machine, of this very host, for all its paths.</summary>
    public const string Cookie = "__Host-hobom";

    static readonly CookieOptions Flags = new()
    {
        HttpOnly = true, Secure = true, SameSite = SameSiteMode.Strict, Path = "/", IsEssential = true,
    };

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        Request.Cookies[Cookie] is { Length: > 0 } id && sessions.Find(id) is { } owner
            ? AuthenticateResult.Success(new AuthenticationTicket(CallerIdentity.Of(owner, SchemeName), SchemeName))
            : AuthenticateResult.NoResult());

    protected override Task HandleSignInAsync(ClaimsPrincipal user, AuthenticationProperties? properties)
    {
        EndOld();
        Response.Cookies.Append(Cookie, sessions.Begin(CallerIdentity.OwnerOf(user)), Flags);
        return Task.CompletedTask;
    }

    protected override Task HandleSignOutAsync(AuthenticationProperties? properties)
    {
        EndOld();
        Response.Cookies.Delete(Cookie, Flags);
        return Task.CompletedTask;
    }

    void EndOld()
    {
        if (Request.Cookies[Cookie] is { Length: > 0 } id) sessions.End(id);
    }
}
