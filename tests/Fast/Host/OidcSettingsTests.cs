using System.Security.Claims;
using Hobom.Slices.Host;
using Hobom.Slices.Host.Access;
using Hobom.Slices.Host.Access.Oidc;
using Hobom.Slices.Http;

namespace Hobom.Slices.Tests.Fast.Host;

public sealed class OidcSettingsTests
{
    [Fact]
    public void Without_an_authority_it_is_off() => Assert.Null(AccessSettings.Read(Reader()).Oidc);

    [Fact]
    public void With_one_the_API_is_open_to_nobody_and_groups_become_roles()
    {
        var access = AccessSettings.Read(Reader(
            ("AUTHORITY", "https://id.example.org/realm"), ("CLIENT_ID", "hobom"), ("CLIENT_SECRET", "s"),
            ("ROLES", "ops = operator, audit=auditor")));
        Assert.False(access.IsOpen);
        Assert.Equal(("hobom", "groups", 2), (access.Oidc!.Audience, access.Oidc.GroupsClaim, access.Oidc.Groups.Count));
        Assert.DoesNotContain("s", access.Oidc.ToString().Replace("https", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://id.example.org", "ops=operator", "HOBOM_OIDC_AUTHORITY")]
    [InlineData("ftp://127.0.0.1", "ops=operator", "HOBOM_OIDC_AUTHORITY")]
    [InlineData("https://id.example.org", "ops=root", "HOBOM_OIDC_ROLES")]
    [InlineData("https://id.example.org", "ops=operator,ops=reader", "HOBOM_OIDC_ROLES")]
    [InlineData("https://id.example.org", "operator", "HOBOM_OIDC_ROLES")]
    [InlineData("https://id.example.org", "", "HOBOM_OIDC_ROLES")]
    public void What_is_wrong_is_named_by_its_variable(string authority, string roles, string variable)
    {
        var reader = Reader(("AUTHORITY", authority), ("CLIENT_ID", "hobom"), ("CLIENT_SECRET", "s"), ("ROLES", roles));
        Assert.Null(AccessSettings.Read(reader).Oidc);
        Assert.StartsWith(variable, Assert.Single(reader.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("anna", null, "anna (oidc:7)")]
    [InlineData(null, "anna@example.org", "anna@example.org (oidc:7)")]
    [InlineData(null, null, "oidc:7")]
    public void Who_it_is_holds_the_providers_own_id(string? name, string? email, string actor)
    {
        var settings = new OidcSettings(
            new Uri("https://id"), "c", "s", "groups", new Dictionary<string, string> { ["ops"] = Role.Operator }, "c");
        List<Claim> claims = [new("sub", "7"), new("groups", "ops"), new("groups", "others")];
        if (name is not null) claims.Add(new Claim("preferred_username", name));
        if (email is not null) claims.Add(new Claim("email", email));
        var owner = OidcCaller.Of(new ClaimsPrincipal(new ClaimsIdentity(claims)), settings);
        Assert.Equal(actor, owner.Name);
        Assert.Equal([Role.Reader, Role.Operator], owner.Roles);
        Assert.True(CallerIdentity.OwnerOf(CallerIdentity.Of(owner, "x")).ByProvider);
    }

    static SettingsReader Reader(params (string Name, string Value)[] given) =>
        new(given.ToDictionary(g => OidcSettings.Prefix + g.Name, g => g.Value, StringComparer.Ordinal));
}
