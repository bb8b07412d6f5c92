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
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var roles = Role.Held([$"{Request.Headers["role"]}"]).Select(r => new Claim(ClaimTypes.Role, r));
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "anna"), .. roles], "role"));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, "role")));
    }
}
