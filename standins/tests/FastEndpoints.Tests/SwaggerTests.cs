using System.Net;
using System.Text.Json;

namespace StandIns.FastEndpoints.Tests;

[Collection(nameof(App))]
public sealed class SwaggerTests(App app)
{
    [Fact]
    public async Task The_document_has_its_title_and_every_endpoint()
    {
        var document = await DocumentAsync();
        Assert.Equal("Test API", document.GetProperty("info").GetProperty("title").GetString());
        Assert.Equal("v7", document.GetProperty("info").GetProperty("version").GetString());
        Assert.Equal("All of it", document.GetProperty("info").GetProperty("description").GetString());
        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToArray();
        Assert.Contains("/api/admin/sales/invoices/{id}", paths);
        Assert.Contains("/api/every-source/{id}", paths);
        Assert.DoesNotContain("/api/left-out", paths);
    }

    [Fact]
    public async Task An_operation_has_texts_tag_and_name()
    {
        var operation = await ReplayAsync();
        Assert.Equal("Replays letters", operation.GetProperty("summary").GetString());
        Assert.Equal("All that are named.", operation.GetProperty("description").GetString());
        Assert.Equal("Letters", operation.GetProperty("tags")[0].GetString());
        Assert.Equal("Documented", operation.GetProperty("operationId").GetString());
    }

    [Fact]
    public async Task Parameters_come_from_route_query_and_header()
    {
        var parameters = (await ReplayAsync()).GetProperty("parameters").EnumerateArray()
            .ToDictionary(p => p.GetProperty("name").GetString()!, StringComparer.OrdinalIgnoreCase);
        Assert.Equal(3, parameters.Count);
        Assert.Equal("path", parameters["category"].GetProperty("in").GetString());
        Assert.Equal("The letters' category.", parameters["category"].GetProperty("description").GetString());
        Assert.Equal("query", parameters["limit"].GetProperty("in").GetString());
        Assert.Equal("How many at most.", parameters["limit"].GetProperty("description").GetString());
        Assert.Equal("header", parameters["x-reason"].GetProperty("in").GetString());
        Assert.True(parameters["x-reason"].GetProperty("required").GetBoolean());
    }

    [Fact]
    public async Task A_get_has_its_request_in_parameters_and_no_body()
    {
        var operation = (await DocumentAsync()).GetProperty("paths").GetProperty("/api/letters/{category}").GetProperty("get");
        Assert.False(operation.TryGetProperty("requestBody", out _));
        Assert.Equal(
            ["after:query", "category:path", "limit:query"],
            operation.GetProperty("parameters").EnumerateArray()
                .Select(p => $"{p.GetProperty("name")}:{p.GetProperty("in")}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_body_has_what_is_left_of_the_request_and_its_example()
    {
        var document = await DocumentAsync();
        var body = Replay(document).GetProperty("requestBody").GetProperty("content").GetProperty("application/json");
        Assert.Equal(["keys"], Resolve(document, body.GetProperty("schema")).GetProperty("properties").EnumerateObject().Select(p => p.Name));
        Assert.Equal("""["a","b"]""", Compact(body.GetProperty("example").GetProperty("keys")));
    }

    [Fact]
    public async Task Responses_have_schema_text_and_example()
    {
        var document = await DocumentAsync();
        var responses = Replay(document).GetProperty("responses");
        var ok = responses.GetProperty("200");
        Assert.Equal("They were replayed.", ok.GetProperty("description").GetString());
        var media = ok.GetProperty("content").GetProperty("application/json");
        Assert.True(Resolve(document, media.GetProperty("schema")).GetProperty("properties").TryGetProperty("replayed", out _));
        Assert.Equal("""{"replayed":2}""", Compact(media.GetProperty("example")));
        Assert.Equal("Another replay runs.", responses.GetProperty("409").GetProperty("description").GetString());
        var problem = responses.GetProperty("400").GetProperty("content").GetProperty("application/problem+json").GetProperty("schema");
        Assert.True(Resolve(document, problem).GetProperty("properties").TryGetProperty("errors", out _));
        Assert.True(responses.TryGetProperty("401", out _));
    }

    [Fact]
    public async Task The_api_key_is_asked_for_where_access_is_not_anonymous()
    {
        var document = await DocumentAsync();
        var scheme = document.GetProperty("components").GetProperty("securitySchemes").GetProperty("ApiKey");
        Assert.Equal("apiKey", scheme.GetProperty("type").GetString());
        Assert.Equal("header", scheme.GetProperty("in").GetString());
        Assert.Equal("x-api-key", scheme.GetProperty("name").GetString());
        Assert.True(Replay(document).GetProperty("security")[0].TryGetProperty("ApiKey", out _));
        var anonymous = document.GetProperty("paths").GetProperty("/api/letters/{category}").GetProperty("get");
        Assert.False(anonymous.TryGetProperty("security", out var security) && security.GetArrayLength() > 0);
    }

    [Fact]
    public async Task There_is_a_page_over_the_document()
    {
        var page = await app.Client.GetAsync("/swagger/index.html");
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("swagger-ui", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    async Task<JsonElement> DocumentAsync() => await (await app.Client.GetAsync("/swagger/v1/swagger.json")).JsonAsync();

    async Task<JsonElement> ReplayAsync() => Replay(await DocumentAsync());

    static JsonElement Replay(JsonElement document) =>
        document.GetProperty("paths").GetProperty("/api/letters/{category}/replay").GetProperty("post");

    static JsonElement Resolve(JsonElement document, JsonElement schema)
    {
        if (!schema.TryGetProperty("$ref", out var reference))
            return schema;
        return reference.GetString()!.Split('/').Skip(1).Aggregate(document, (at, step) => at.GetProperty(step));
    }

    static string Compact(JsonElement element) => JsonSerializer.Serialize(element);
}
