using Hobom.Slices.Http;

namespace Hobom.Slices.Host.Access.Oidc;

/// <summary>An OpenID Connect provider that people sign in at, and whose tokens scripts may show.</summary>
/// <param name="Authority">The issuer; https, or http at loopback.</param>
/// <param name="GroupsClaim">Holds the groups of a person, one text or several.</param>
/// <param name="Groups">Group -> role. Who is in none of them is let in nowhere.</param>
/// <param name="Audience">What a bearer token must be for.</param>
public sealed record OidcSettings(
    Uri Authority, string ClientId, string ClientSecret, string GroupsClaim, IReadOnlyDictionary<string, string> Groups, string Audience)
{
    public const string Prefix = "HOBOM_OIDC_";

    /// <summary>Without the secret.</summary>
    public override string ToString() => Authority.AbsoluteUri;

    /// <summary>Null where it is off, or where it has a problem, which the reader has then.</summary>
    internal static OidcSettings? Read(SettingsReader read)
    {
        var authority = read.Optional($"{Prefix}AUTHORITY");
        if (authority is null) return null;
        var before = read.Problems.Count;
        var client = read.Required($"{Prefix}CLIENT_ID");
        var secret = read.RequiredKey($"{Prefix}CLIENT_SECRET");
        var groups = GroupsIn(read, read.Required($"{Prefix}ROLES"));
        if (AddressOf(authority) is not { } address)
        {
            read.Add($"{Prefix}AUTHORITY is no https address (http is taken at loopback only)");
            return null;
        }

        return read.Problems.Count > before
            ? null
            : new OidcSettings(
                address, client, secret, read.Optional($"{Prefix}GROUPS_CLAIM") ?? "groups", groups,
                read.Optional($"{Prefix}AUDIENCE") ?? client);
    }

    static Uri? AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            ? uri
            : null;

    /// <summary><c>group=role,group=role</c></summary>
    static Dictionary<string, string> GroupsIn(SettingsReader read, string text)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', StringSplitOptions.TrimEntries) is [{ Length: > 0 } group, var role]
                && Role.All.Contains(role) && groups.TryAdd(group, role))
                continue;
            read.Add($"{Prefix}ROLES: '{part}' is no group=role, once each, with a role of {string.Join(", ", Role.All)}");
        }

        return groups;
    }
}
