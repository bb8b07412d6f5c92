using System.Security.Claims;

namespace Hobom.Slices.Host.Access;

/// <summary>A known caller as routes and policies see it.</summary>
static class CallerIdentity
{
    public const string KeyIdClaim = "key-id";

    public static ClaimsPrincipal Of(KeyOwner owner, string scheme)
    {
        var claims = new List<Claim> { new(ClaimTypes.Name, owner.Name) };
        claims.AddRange(owner.Roles.Select(role => new Claim(ClaimTypes.Role, role)));
        if (owner.KeyId is { } id) claims.Add(new Claim(KeyIdClaim, id));
        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme));
    }

    /// <summary>Back from what <see cref="Of"/> made.</summary>
    public static KeyOwner OwnerOf(ClaimsPrincipal user) => new(
        user.Identity?.Name ?? "", [.. user.FindAll(ClaimTypes.Role).Select(c => c.Value)], user.FindFirst(KeyIdClaim)?.Value);
}
