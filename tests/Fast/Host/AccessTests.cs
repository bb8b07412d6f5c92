using System.Net;
using Hobom.Slices.Host;
using Hobom.Slices.Http;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hobom.Slices.Tests.Fast.Host;

[Collection(nameof(HostApp))]
public sealed class AccessTests(HostApp app)
{
    const string Letters = HttpApi.BasePath + "/dlq?prefix=x";

    /// <summary>Each endpoint and the role that it asks for; null for none.</summary>
    static readonly Dictionary<string, string?> RoleTable = new(StringComparer.Ordinal)
    {
        ["GET /"] = null,
        ["GET /page/{version}/{file}"] = null,
        ["GET /session"] = null,
        ["GET /session/oidc"] = null,
        ["POST /session"] = null,
        ["DELETE /session"] = null,
        ["GET /changes"] = Role.Reader,
        ["GET /pollers/history"] = Role.Reader,
        ["GET /pollers/latency"] = Role.Reader,
        ["GET /dlq/counts"] = Role.Reader,
        ["GET /dlq/history"] = Role.Reader,
        ["POST /dlq/export"] = Role.Operator,
        ["GET /health"] = null,
        ["GET /health/live"] = null,
        ["GET /health/ready"] = null,
        ["GET /metrics"] = Role.Reader,
        ["GET /dlq"] = Role.Reader,
        ["GET /dlq/{key}"] = Role.Reader,
        ["GET /dlq/{key}/related"] = Role.Reader,
        ["POST /dlq/retry/{key}"] = Role.Operator,
        ["GET /dlq/groups"] = Role.Reader,
        ["PUT /dlq/groups/{group}/note"] = Role.Operator,
        ["GET /dlq/store"] = Role.Reader,
        ["GET /dlq/tombstones"] = Role.Reader,
        ["GET /dlq/tombstones/counts"] = Role.Reader,
        ["POST /dlq/hold"] = Role.Operator,
        ["POST /dlq/extend"] = Role.Operator,
        ["POST /dlq/release"] = Role.Operator,
        ["POST /dlq/discard"] = Role.Operator,
        ["POST /dlq/restore"] = Role.Operator,
        ["GET /dlq/replays"] = Role.Reader,
        ["GET /dlq/replays/{id}"] = Role.Reader,
        ["POST /dlq/replays"] = Role.Operator,
        ["POST /dlq/replays/{id}/start"] = Role.Operator,
        ["POST /dlq/replays/{id}/pause"] = Role.Operator,
        ["POST /dlq/replays/{id}/resume"] = Role.Operator,
        ["POST /dlq/replays/{id}/cancel"] = Role.Operator,
        ["PUT /dlq/{key}"] = Role.Editor,
        ["DELETE /dlq/{key}/edit"] = Role.Editor,
        ["POST /dlq/{key}/unmask"] = Role.Payload,
        ["GET /events/{eventId}/explain"] = Role.Reader,
        ["GET /audit"] = Role.Auditor,
        ["GET /audit/check"] = Role.Auditor,
        ["POST /audit/export"] = Role.Auditor,
        ["GET /pollers"] = Role.Reader,
        ["GET /pollers/{name}"] = Role.Reader,
        ["POST /pollers/{name}/poll"] = Role.Operator,
        ["POST /pollers/{name}/pause"] = Role.Operator,
        ["POST /pollers/{name}/resume"] = Role.Operator,
        ["GET /pollers/messages"] = Role.Reader,
        ["POST /pollers/messages/poll"] = Role.Operator,
        ["POST /pollers/messages/pause"] = Role.Operator,
        ["POST /pollers/messages/resume"] = Role.Operator,
        ["POST /pollers/messages/dry-run"] = Role.Reader,
        ["GET /pollers/logs"] = Role.Reader,
        ["POST /pollers/logs/poll"] = Role.Operator,
        ["POST /pollers/logs/pause"] = Role.Operator,
        ["POST /pollers/logs/resume"] = Role.Operator,
        ["POST /pollers/logs/dry-run"] = Role.Reader,
        ["GET /pollers/space"] = Role.Reader,
        ["POST /pollers/space/poll"] = Role.Operator,
        ["POST /pollers/space/pause"] = Role.Operator,
        ["POST /pollers/space/resume"] = Role.Operator,
        ["POST /pollers/space/dry-run"] = Role.Reader,
        ["GET /pollers/space-logs"] = Role.Reader,
        ["POST /pollers/space-logs/poll"] = Role.Operator,
        ["POST /pollers/space-logs/pause"] = Role.Operator,
        ["POST /pollers/space-logs/resume"] = Role.Operator,
        ["POST /pollers/space-logs/dry-run"] = Role.Reader,
        ["GET /pollers/law"] = Role.Reader,
        ["POST /pollers/law/poll"] = Role.Operator,
        ["POST /pollers/law/pause"] = Role.Operator,
        ["POST /pollers/law/resume"] = Role.Operator,
        ["POST /pollers/law/dry-run"] = Role.Reader,
        ["GET /pollers/law/events/{eventId}"] = Role.Reader,
        ["POST /pollers/law/events/{eventId}/close"] = Role.Operator,
        ["POST /pollers/law/events/{eventId}/regenerate"] = Role.Operator,
        ["POST /probe/body"] = Role.Operator,
        ["GET /probe/failure"] = Role.Reader,
    };

    static readonly Dictionary<string, string[]> Holders = new(StringComparer.Ordinal)
    {
        [Role.Reader] = [Role.Reader, Role.Operator, Role.Payload, Role.Editor, Role.Auditor],
        [Role.Operator] = [Role.Operator, Role.Editor],
        [Role.Payload] = [Role.Payload, Role.Editor],
        [Role.Editor] = [Role.Editor],
        [Role.Auditor] = [Role.Auditor],
    };

    [Fact]
    public void The_table_names_every_endpoint_with_its_role() => Assert.Equal(
        string.Join('\n', RoleTable.Select(e => $"{e.Key}: {e.Value}").Order(StringComparer.Ordinal)),
        string.Join('\n', Endpoints().Select(e => $"{Name(e)}: {PolicyOf(e)}").Order(StringComparer.Ordinal)));

    /// <summary>FastEndpoints maps one, with a list of all routes in it.</summary>
    [Fact]
    public async Task An_endpoint_that_nothing_guards_is_not_there()
    {
        var unguarded = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.Where(e => !HttpApi.IsGuarded(e)).Cast<RouteEndpoint>();
        Assert.Equal("_test_url_cache_", Assert.Single(unguarded).RoutePattern.RawText);
        Assert.Equal(HttpStatusCode.NotFound, (await app.SendAsync("GET", "/_test_url_cache_", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.SendAsync("GET", "/_test_url_cache_", HostApp.InternalKey)).StatusCode);
    }

    [Fact]
    public void What_a_reader_may_do_is_a_GET_and_changes_are_not() => Assert.All(
        // A dry run and an export of the audit change nothing: they are POSTs for their bodies' sake.
        RoleTable.Where(e => e.Value is not null && !e.Key.EndsWith("/dry-run", StringComparison.Ordinal) && e.Key != "POST /audit/export"),
        e => Assert.Equal(e.Key.StartsWith("GET ", StringComparison.Ordinal), e.Value is Role.Reader or Role.Auditor));

    [Fact]
    public async Task Without_a_key_only_health_the_description_and_the_page_answer()
    {
        foreach (var endpoint in Endpoints())
        {
            var answer = await app.SendAsync(MethodOf(endpoint), PathOf(endpoint), key: null);
            Assert.True(
                answer.StatusCode == Name(endpoint) switch
                {
                    "GET /health" or "GET /health/live" or "GET /" or "GET /session" or "DELETE /session" => HttpStatusCode.OK,
                    "GET /page/{version}/{file}" or "GET /session/oidc" => HttpStatusCode.NotFound,
                    "POST /session" => HttpStatusCode.UnsupportedMediaType,
                    "GET /health/ready" => HttpStatusCode.ServiceUnavailable,
                    _ => HttpStatusCode.Unauthorized,
                },
                $"{Name(endpoint)}: {answer.StatusCode}");
        }

        foreach (var path in (string[])["/swagger/index.html", "/swagger/v1/swagger.json"])
            Assert.Equal(HttpStatusCode.OK, (await app.SendAsync("GET", path, null)).StatusCode);
        foreach (var path in (string[])["", "/", "/no/such", "/DLQ", "/dlq/"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await app.SendAsync("GET", HttpApi.BasePath + path, null)).StatusCode);
    }

    /// <summary>Many at a time: who is let in waits for neighbours that are not there.</summary>
    [Fact]
    public async Task Each_role_may_what_the_table_says_and_no_more() => await Parallel.ForEachAsync(
        Endpoints().Where(e => PolicyOf(e) is not null).SelectMany(e => Role.All.Select(role => (Endpoint: e, Role: role))),
        new ParallelOptions { MaxDegreeOfParallelism = 32 },
        async (asked, ended) =>
        {
            var answer = await app.SendAsync(MethodOf(asked.Endpoint), PathOf(asked.Endpoint), HostApp.KeyOf(asked.Role));
            var needs = RoleTable[Name(asked.Endpoint)]!;
            Assert.NotEqual(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.True(
                Holders[needs].Contains(asked.Role, StringComparer.Ordinal) == (answer.StatusCode != HttpStatusCode.Forbidden),
                $"{asked.Role} at {Name(asked.Endpoint)}: {answer.StatusCode}");
            if (answer.StatusCode == HttpStatusCode.Forbidden)
                Assert.Equal($$"""{"error":"forbidden","needs":"{{needs}}"}""", await answer.Content.ReadAsStringAsync(ended));
        });

    [Fact]
    public async Task The_internal_key_may_everything() => await Parallel.ForEachAsync(
        Endpoints().Where(e => PolicyOf(e) is not null),
        new ParallelOptions { MaxDegreeOfParallelism = 32 },
        async (endpoint, _) =>
        {
            var answer = await app.SendAsync(MethodOf(endpoint), PathOf(endpoint), HostApp.InternalKey);
            Assert.False(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized, Name(endpoint));
        });

    [Fact]
    public async Task A_key_that_is_not_in_force_lets_nobody_in()
    {
        var good = HostApp.KeyOf("reader");
        string[] bad =
        [
            HostApp.KeyOf("early"), HostApp.KeyOf("late"), HostApp.KeyOf("gone"), HostApp.KeyOf("unknown"), good[..^1] + "x", good[..^1],
            good + "k", "relay_reader_short", "relay_reader", "relay_", "", " ", good.ToUpperInvariant(), HostApp.InternalKey + "x",
        ];
        foreach (var key in bad)
        {
            var answer = await app.SendAsync("GET", Letters, key);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{key}: {answer.StatusCode}");
            Assert.Equal("""{"error":"unauthorized"}""", await answer.Content.ReadAsStringAsync());
        }

        Assert.Equal(HttpStatusCode.BadRequest, (await app.SendAsync("GET", Letters, good)).StatusCode);
    }

    [Fact]
    public async Task Both_keys_of_a_pair_are_in_force()
    {
        foreach (var id in (string[])["anna-1", "anna-2"])
            Assert.Equal(HttpStatusCode.BadRequest, (await app.SendAsync("GET", Letters, HostApp.KeyOf(id))).StatusCode);
    }

    [Fact]
    public async Task A_key_counts_in_its_header_only_and_only_once()
    {
        var key = HostApp.InternalKey;
        foreach (var query in (string[])[$"x-api-key={key}", $"api_key={key}", $"key={key}"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await app.SendAsync("GET", $"{Letters}&{query}", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.SendAsync("GET", Letters, null, ("Cookie", $"x-api-key={key}"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.SendAsync("GET", Letters, null, ("Authorization", $"Bearer {key}"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.SendAsync("GET", Letters, key, ("x-api-key", key))).StatusCode);
    }

    RouteEndpoint[] Endpoints() =>
        [.. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.Cast<RouteEndpoint>().Where(HttpApi.IsGuarded)];

    static string Name(RouteEndpoint endpoint) =>
        $"{MethodOf(endpoint)} /{endpoint.RoutePattern.RawText!.TrimStart('/')}".Replace(HttpApi.BasePath, "", StringComparison.Ordinal);

    static string MethodOf(RouteEndpoint endpoint) => endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods.Single();

    static string? PolicyOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null
        ? null
        : endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).Single(p => p is not null && Role.All.Contains(p, StringComparer.Ordinal));

    static string PathOf(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
        .Replace("{key}", "dlq:menu:e1", StringComparison.Ordinal).Replace("{name}", "messages", StringComparison.Ordinal)
        .Replace("{id}", "x", StringComparison.Ordinal).Replace("{eventId}", "e1", StringComparison.Ordinal);
}
