using System.Security.Claims;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hobom.Slices.Tests.Broker.Endpoints;

/// <summary>Whoever says so has the role.</summary>
sealed class RoleHeader(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, System.Text.Encodings.Web.UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    /// <summary>Not a role: who asks by the internal key, and has them all.</summary>
    public const string Backend = "backend";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var role = $"{Request.Headers["role"]}";
        var claims = (role is Backend ? Role.All : Role.Held([role])).Select(r => new Claim(ClaimTypes.Role, r));
        if (role is Backend) claims = claims.Append(new Claim(Role.BackendClaim, "true"));
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "anna"), .. claims], "role"));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, "role")));
    }
}
