using System.Net;
using System.Text;
using System.Text.Json;
using FastEndpoints;
using Hobom.Slices.Audit;
using Hobom.Slices.Broker.Stores.Memory;
using Hobom.Slices.Core;
using Hobom.Slices.Http;
using Hobom.Slices.Links;
using LanguageExt;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Broker.Links;

/// <summary>The routes over a real socket, beside a memory store.</summary>
public sealed class LinkApiTests : IAsyncLifetime
{
    const string Body = """
        {"source_module":"shop","source_entity_type":"order","source_entity_id":"1","target_module":"accounts","target_entity_type":"user",
         "target_entity_id":"7","link_type":"cascade","metadata":{ "b":1.50 }}
        """;

    readonly WebApplication app;
    readonly HttpClient client = new();
    readonly List<AuditEntry> audit = [];
    SharedStorage? storage = MemoryStore.Open(10, TimeProvider.System).Storage;
    StoreFailure? auditFailure;

    public LinkApiTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var trail = new AuditTrail(KeepAsync, TimeProvider.System, NullLogger<AuditTrail>.Instance);
        builder.Services.AddSingleton(new LinksSlice(() => storage, trail, TimeProvider.System))
            .AddFastEndpoints(o => (o.Assemblies, o.DisableAutoDiscovery) = ([typeof(LinksSlice).Assembly], true));
        builder.Services.AddAuthentication("role").AddScheme<Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions, Endpoints.RoleHeader>("role", _ => { });
        builder.Services.AddAuthorization(o =>
        {
            foreach (var role in Role.All) o.AddPolicy(role, p => p.RequireRole(role));
        });
        app = builder.Build();
        app.UseAuthentication().UseAuthorization().UseFastEndpoints();
    }

    public async Task InitializeAsync()
    {
        await app.StartAsync();
        client.BaseAddress = new Uri(app.Urls.First());
    }

    public async Task DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task A_link_is_made_found_counted_and_removed_and_both_changes_are_in_the_audit()
    {
        var (status, made) = await SendAsync("POST", "/links", Body);
        Assert.Equal((HttpStatusCode.OK, "created"), (status, made.GetProperty("result").GetString()));
        var link = made.GetProperty("link");
        Assert.Equal("{ \"b\":1.50 }".Replace(" ", "", StringComparison.Ordinal), link.GetProperty("metadata").GetRawText().Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal("existing", (await SendAsync("POST", "/links", Body)).Answer.GetProperty("result").GetString());
        var id = link.GetProperty("id").GetString();
        Assert.Equal("cascade", (await SendAsync("GET", $"/links/{id}")).Answer.GetProperty("link_type").GetString());
        foreach (var query in (string[])[
            "source_module=shop&source_entity_type=order&source_entity_id=1", "target_module=accounts", "module=shop&entity_type=order", "link_type=cascade",
            "source_module=accounts&target_module=shop&both_ways=true"])
        {
            Assert.Equal(1, (await SendAsync("GET", $"/links/count?{query}")).Answer.GetProperty("count").GetInt64());
            Assert.Single((await SendAsync("GET", $"/links?{query}")).Answer.GetProperty("links").EnumerateArray());
        }

        Assert.Equal(0, (await SendAsync("GET", "/links/count?source_module=accounts")).Answer.GetProperty("count").GetInt64());
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("DELETE", $"/links/{id}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync("DELETE", $"/links/{id}")).Status);
        Assert.Equal(
            ["create link intent", "create link outcome", "create link intent", "create link outcome", "delete link intent", "delete link outcome", "delete link intent", "delete link outcome"],
            audit.Select(e => $"{e.Action} {e.Phase}"));
        Assert.Equal("link:shop/order/1:cascade:accounts/user/7", audit[0].Keys[0]);
        Assert.Equal([$"created {id}", $"existing {id}", "deleted", "no link has this id"], audit.Where(e => e.Result is not null).Select(e => e.Result));
    }

    [Fact]
    public async Task Lists_come_in_pages()
    {
        for (var i = 0; i < 3; i++) await SendAsync("POST", "/links", Body.Replace("\"7\"", $"\"{i}\"", StringComparison.Ordinal));
        var page = (await SendAsync("GET", "/links?limit=2")).Answer;
        Assert.Equal(2, page.GetProperty("links").GetArrayLength());
        var last = (await SendAsync("GET", $"/links?limit=2&cursor={page.GetProperty("next").GetString()}")).Answer;
        Assert.Single(last.GetProperty("links").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, last.GetProperty("next").ValueKind);
    }

    [Theory]
    [InlineData("[]", "a link is a JSON object", null)]
    [InlineData("{\"source\":1}", "'source' is no field of a link", "source")]
    [InlineData("{\"source_module\":1}", "source_module is no text", "source_module")]
    [InlineData("{}", "source_module is required", "source_module")]
    [InlineData("{\"link_type\":\"parent\"}", "link_type 'parent' is none of reference, cascade, aggregate_root", "link_type")]
    [InlineData("{\"source_module\":\"\\ud83d\"}", "the link holds text that is not Unicode", null)]
    public async Task A_bad_link_is_refused_by_name(string body, string error, string? field)
    {
        var (status, answer) = await SendAsync("POST", "/links", body);
        Assert.Equal((HttpStatusCode.BadRequest, error), (status, answer.GetProperty("error").GetString()));
        Assert.Equal(field, answer.TryGetProperty("field", out var named) ? named.GetString() : null);
        Assert.Empty(audit);
    }

    [Theory]
    [InlineData("link_type=parent", "link_type")]
    [InlineData("source_entity_type=order", "source_entity_type")]
    [InlineData("module=shop&entity_id=1", "entity_id")]
    [InlineData("both_ways=true&source_module=shop", "both_ways")]
    [InlineData("both_ways=perhaps", "both_ways")]
    [InlineData("limit=0", "limit")]
    [InlineData("sorce_module=shop", "sorce_module")]
    public async Task A_filter_that_cannot_be_meant_is_refused(string query, string field)
    {
        var (status, answer) = await SendAsync("GET", $"/links?{query}");
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, answer.GetProperty("field").GetString()));
    }

    [Fact]
    public async Task Readers_see_no_metadata_and_change_nothing()
    {
        var id = (await SendAsync("POST", "/links", Body)).Answer.GetProperty("link").GetProperty("id").GetString();
        Assert.False((await SendAsync("GET", $"/links/{id}", role: Role.Reader)).Answer.TryGetProperty("metadata", out _));
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("DELETE", $"/links/{id}", role: Role.Reader)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("POST", "/links", Body, Role.Reader)).Status);
    }

    [Fact]
    public async Task What_the_audit_cannot_keep_is_not_done()
    {
        auditFailure = new StoreFailure("Redis is away");
        Assert.Equal(HttpStatusCode.BadGateway, (await SendAsync("POST", "/links", Body)).Status);
        Assert.Equal(0, (await SendAsync("GET", "/links/count")).Answer.GetProperty("count").GetInt64());
    }

    [Fact]
    public async Task Until_the_store_is_open_the_answer_is_503()
    {
        storage = null;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await SendAsync("GET", "/links")).Status);
    }

    [Theory]
    [InlineData("GET", "/links", null)]
    [InlineData("GET", "/links/count", null)]
    [InlineData("GET", "/links/x", null)]
    [InlineData("POST", "/links", Body)]
    [InlineData("DELETE", "/links/x", null)]
    public async Task Where_the_events_lie_in_no_database_a_link_is_refused_and_not_kept_in_one_process(string method, string path, string? body)
    {
        storage = new SharedStorage.None();
        var (status, answer) = await SendAsync(method, path, body);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("want a database", answer.ToString(), StringComparison.Ordinal);
    }

    Task<Either<StoreFailure, string>> KeepAsync(AuditEntry entry)
    {
        if (auditFailure is not null) return Task.FromResult<Either<StoreFailure, string>>(auditFailure);
        audit.Add(entry);
        return Task.FromResult(Either<StoreFailure, string>.Right("hash"));
    }

    async Task<(HttpStatusCode Status, JsonElement Answer)> SendAsync(string method, string path, string? body = null, string role = Role.Operator)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("role", role);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone());
    }
}
