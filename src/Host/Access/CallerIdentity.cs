using System.Security.Claims;
using Hobom.Slices.Host.Access.Sessions;
using Hobom.Slices.Http;

namespace Hobom.Slices.Host.Access;

/// <summary>A known caller as routes and policies see it.</summary>
static class CallerIdentity
{
    public const string KeyIdClaim = "key-id";

    /// <summary>Has it who was made known by an OpenID Connect provider.</summary>
    public const string ProviderClaim = "by-provider";

    public static ClaimsPrincipal Of(KeyOwner owner, string scheme)
    {
        var claims = new List<Claim> { new(ClaimTypes.Name, owner.Name) };
        claims.AddRange(owner.Roles.Select(role => new Claim(ClaimTypes.Role, role)));
        if (owner.KeyId is { } id) claims.Add(new Claim(KeyIdClaim, id));
        if (owner.ByProvider) claims.Add(new Claim(ProviderClaim, "true"));
        var isPerson = owner.KeyId is not null || owner.ByProvider || scheme == SessionAuthentication.SchemeName;
        if (!isPerson) claims.Add(new Claim(Role.BackendClaim, "true"));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme));
    }

    /// <summary>Back from what <see cref="Of"/> made.</summary>
    public static KeyOwner OwnerOf(ClaimsPrincipal user) => new(
        user.Identity?.Name ?? "", [.. user.FindAll(ClaimTypes.Role).Select(c => c.Value)], user.FindFirst(KeyIdClaim)?.Value)
    {
        ByProvider = user.HasClaim(c => c.Type == ProviderClaim),
    };
}
