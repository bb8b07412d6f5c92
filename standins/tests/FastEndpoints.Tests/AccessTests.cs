using System.Net;
using FastEndpoints;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace StandIns.FastEndpoints.Tests;

[Collection(nameof(App))]
public sealed class AccessTests(App app)
{
    [Theory]
    [InlineData("/api/secured")]
    [InlineData("/api/secured/too")]
    public async Task An_endpoint_is_secured_unless_it_says_otherwise(string url)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Client.GetAsync(url)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(url, ("x-user", "bob")));
    }

    [Fact]
    public async Task A_policy_is_asked_for()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync("/api/secured/policy"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/api/secured/policy", ("x-user", "bob")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/api/secured/policy", ("x-user", "ada")));
    }

    [Fact]
    public async Task Any_of_the_roles_suffices()
    {
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/api/secured/role", ("x-user", "bob"), ("x-role", "viewer")));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/api/secured/role", ("x-user", "bob"), ("x-role", "operator")));
    }

    [Fact]
    public async Task A_permission_is_asked_for()
    {
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync("/api/secured/permission", ("x-user", "bob")));
        Assert.Equal(
            HttpStatusCode.OK, await StatusAsync("/api/secured/permission", ("x-user", "bob"), ("x-permission", "replay")));
    }

    [Fact]
    public void Every_endpoint_is_listed_as_secured_or_anonymous()
    {
        var routes = Routes();
        Assert.Equal(routes.Length, routes.Select(r => (r.RoutePattern.RawText, Verb(r))).Distinct().Count());
        Assert.Equal(
            ["/api/secured", "/api/secured/permission", "/api/secured/policy", "/api/secured/role", "/api/secured/too"],
            [.. routes.Where(r => r.Metadata.GetMetadata<IAllowAnonymous>() is null && r.Metadata.GetMetadata<IAuthorizeData>() is not null)
                .Select(Path).Where(p => p.Contains("secured", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]);
        Assert.All(routes, r => Assert.True(
            r.Metadata.GetMetadata<IAllowAnonymous>() is not null || r.Metadata.GetMetadata<IAuthorizeData>() is not null));
    }

    [Fact]
    public async Task A_group_gives_prefix_and_settings()
    {
        Assert.Equal("users", await app.Client.GetStringAsync("/api/admin/users"));
        Assert.Contains("from the group", Metadata("/api/admin/users"));
    }

    [Fact]
    public async Task A_sub_group_adds_to_its_parent()
    {
        Assert.Equal("7", await app.Client.GetStringAsync("/api/admin/sales/invoices/7"));
        Assert.Contains("from the group", Metadata("/api/admin/sales/invoices/{id}"));
        Assert.Contains("from the endpoint", Metadata("/api/admin/sales/invoices/{id}"));
        Assert.Contains("sales", Definition("/api/admin/sales/invoices/{id}").EndpointTags!);
    }

    [Fact]
    public async Task The_configurator_reaches_every_endpoint()
    {
        var response = await app.Client.GetAsync("/api/configured");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("here", response.Headers.GetValues("x-stamp").Single());
        Assert.Contains("from the configurator", Metadata("/api/configured"));
    }

    [Fact]
    public async Task A_filtered_endpoint_is_not_there() =>
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/api/left-out"));

    [Fact]
    public async Task An_endpoint_can_have_many_verbs_and_routes()
    {
        foreach (var path in new[] { "/api/many", "/api/more" })
        {
            Assert.Equal("PUT", await (await app.Client.PutAsync(path, null)).Content.ReadAsStringAsync());
            Assert.Equal("PATCH", await (await app.Client.PatchAsync(path, null)).Content.ReadAsStringAsync());
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await app.Client.GetAsync(path)).StatusCode);
        }
    }

    async Task<HttpStatusCode> StatusAsync(string url, params (string, string)[] headers) =>
        (await app.Client.SendAsync(new HttpRequestMessage(HttpMethod.Get, url).With(headers))).StatusCode;

    RouteEndpoint[] Routes() => [.. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(r => r.Metadata.GetMetadata<EndpointDefinition>() is not null)];

    RouteEndpoint Route(string path) => Routes().Single(r => Path(r) == path);

    IEnumerable<string> Metadata(string path) => Route(path).Metadata.OfType<string>();

    EndpointDefinition Definition(string path) => Route(path).Metadata.GetMetadata<EndpointDefinition>()!;

    static string Path(RouteEndpoint route) => "/" + route.RoutePattern.RawText!.Trim('/');

    static string? Verb(RouteEndpoint route) => route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods[0];
}
