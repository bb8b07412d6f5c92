using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Hobom.Slices.Host;

/// <summary>
/// Knows a caller by its <c>x-api-key</c> header, compared in constant time over digests of one length.
/// Without a key configured every caller is let in, for local work.
/// </summary>
sealed class ApiKeyAuthentication(
    IOptionsMonitor<ApiKeyAuthentication.KeyOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<ApiKeyAuthentication.KeyOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string Header = "x-api-key";

    public sealed class KeyOptions : AuthenticationSchemeOptions
    {
        public string? Key { get; set; }
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Options.Key is null) return Task.FromResult(Accept("anonymous"));
        if (!Request.Headers.TryGetValue(Header, out var given)) return Task.FromResult(AuthenticateResult.NoResult());
        return Task.FromResult(
            CryptographicOperations.FixedTimeEquals(Digest(given.ToString()), Digest(Options.Key))
                ? Accept("internal")
                : AuthenticateResult.Fail("the key does not match"));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Response.WriteAsJsonAsync(new { error = "unauthorized" });
    }

    static AuthenticateResult Accept(string name)
    {
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
