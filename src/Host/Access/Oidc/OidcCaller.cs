using System.Security.Claims;
using Hobom.Slices.Http;

namespace Hobom.Slices.Host.Access.Oidc;

/// <summary>Who a provider's token speaks of, and what the groups in it give.</summary>
static class OidcCaller
{
    /// <summary>A name that a person chose could be another's: the audit has the provider's own id beside it.</summary>
    public static KeyOwner Of(ClaimsPrincipal person, OidcSettings settings)
    {
        var id = person.FindFirst("sub")?.Value ?? "";
        var name = person.FindFirst("preferred_username")?.Value ?? person.FindFirst("email")?.Value;
        var roles = person.FindAll(settings.GroupsClaim).Select(c => settings.Groups.GetValueOrDefault(c.Value)).OfType<string>();
        return new KeyOwner(name is null ? $"oidc:{id}" : $"{name} (oidc:{id})", Role.Held(roles), null) { ByProvider = true };
    }
}
