using System.Net;
using static StandIns.FastEndpoints.Tests.Requests;

namespace StandIns.FastEndpoints.Tests;

[Collection(nameof(App))]
public sealed class BindingTests(App app)
{
    [Fact]
    public async Task Route_wins_over_body_and_query_wins_over_both()
    {
        var fromRoute = await PostAsync("/api/every-source/route", """{ "id": "body", "name": "body" }""");
        Assert.Equal("route", fromRoute.GetProperty("id").GetString());
        Assert.Equal("body", fromRoute.GetProperty("name").GetString());

        var fromQuery = await PostAsync("/api/every-source/route?ID=query&nAmE=query", """{ "name": "body" }""");
        Assert.Equal("query", fromQuery.GetProperty("id").GetString());
        Assert.Equal("query", fromQuery.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_header_wins_over_the_query()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/every-source/1?tenant=query") { Content = Json("{}") };
        var bound = await (await app.Client.SendAsync(request.With(("x-tenant", "header")))).JsonAsync();
        Assert.Equal("header", bound.GetProperty("tenant").GetString());
    }

    [Fact]
    public async Task A_query_parameter_takes_nothing_from_the_body()
    {
        var bound = await PostAsync("/api/every-source/1", """{ "queryOnly": "body" }""");
        Assert.Null(bound.GetProperty("queryOnly").GetString());
        bound = await PostAsync("/api/every-source/1?queryOnly=query", "{}");
        Assert.Equal("query", bound.GetProperty("queryOnly").GetString());
    }

    [Fact]
    public async Task A_property_can_have_another_name_outside()
    {
        var bound = await PostAsync("/api/every-source/1?customer_id=c7", "{}");
        Assert.Equal("c7", bound.GetProperty("customer").GetString());
    }

    [Fact]
    public async Task Every_type_is_read_from_route_and_query()
    {
        var key = Guid.NewGuid();
        var bound = await GetAsync($"/api/every-type/7?big=8&flag=true&colour=darkgreen&at=2026-01-02T03:04:05Z&span=01:30:00"
            + $"&key={key}&amount=1.5&numbers=1&numbers=2&words=a&words=b&colours=red&colours=DarkGreen");
        Assert.Equal(7, bound.GetProperty("number").GetInt32());
        Assert.Equal(8, bound.GetProperty("big").GetInt64());
        Assert.True(bound.GetProperty("flag").GetBoolean());
        Assert.Equal("DarkGreen", bound.GetProperty("colour").GetString());
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), bound.GetProperty("at").GetDateTimeOffset());
        Assert.Equal("01:30:00", bound.GetProperty("span").GetString());
        Assert.Equal(key, bound.GetProperty("key").GetGuid());
        Assert.Equal(1.5m, bound.GetProperty("amount").GetDecimal());
        Assert.Equal("[1,2]", bound.GetProperty("numbers").GetRawText());
        Assert.Equal("""["a","b"]""", bound.GetProperty("words").GetRawText());
        Assert.Equal("""["Red","DarkGreen"]""", bound.GetProperty("colours").GetRawText());
    }

    [Theory]
    [InlineData("numbers=1,2")]
    [InlineData("numbers=[1,2]")]
    [InlineData("numbers[0]=1&numbers[1]=2")]
    public async Task A_list_has_several_spellings(string query)
    {
        var bound = await GetAsync($"/api/every-type/7?{query}");
        Assert.Equal("[1,2]", bound.GetProperty("numbers").GetRawText());
    }

    [Fact]
    public async Task What_is_missing_keeps_the_default_of_the_constructor()
    {
        var bound = await GetAsync("/api/every-type/7");
        Assert.Equal(50, bound.GetProperty("limit").GetInt32());
        Assert.Equal("null", bound.GetProperty("at").GetRawText());
    }

    [Theory]
    [InlineData("/api/every-type/seven", "number")]
    [InlineData("/api/every-type/7?flag=maybe", "flag")]
    [InlineData("/api/every-type/7?colour=loud", "colour")]
    [InlineData("/api/every-type/7?at=yesterday", "at")]
    [InlineData("/api/every-type/7?span=long", "span")]
    [InlineData("/api/every-type/7?key=k", "key")]
    [InlineData("/api/every-type/7?big=99999999999999999999", "big")]
    public async Task A_malformed_value_is_refused_by_its_name(string url, string field) =>
        await RefusedAsync(await app.Client.GetAsync(url), field);

    [Theory]
    [InlineData("""{ "number": "seven" }""", "number")]
    [InlineData("""{ "colour": "loud" }""", "colour")]
    [InlineData("""{ "numbers": { } }""", "numbers")]
    public async Task A_malformed_property_of_the_body_is_refused_by_its_name(string json, string field) =>
        await RefusedAsync(await app.Client.PostAsync("/api/every-type", Json(json)), field);

    [Theory]
    [InlineData("{")]
    [InlineData("nonsense")]
    [InlineData("[1]")]
    [InlineData("")]
    public async Task A_malformed_body_is_refused(string json) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await app.Client.PostAsync("/api/every-type", Json(json))).StatusCode);

    [Fact]
    public async Task A_body_that_is_not_json_is_refused_by_its_type() =>
        Assert.Equal(HttpStatusCode.UnsupportedMediaType,
            (await app.Client.PostAsync("/api/every-type", new StringContent("number=7"))).StatusCode);

    [Fact]
    public async Task A_request_bound_outside_the_body_needs_none()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/no-body/5?force=true").With(("x-reason", "tired"));
        var bound = await (await app.Client.SendAsync(request)).JsonAsync();
        Assert.Equal("""{"id":5,"reason":"tired","force":true}""", bound.GetRawText());
    }

    [Fact]
    public async Task A_missing_header_is_refused_by_its_name() =>
        await RefusedAsync(await app.Client.PostAsync("/api/no-body/5", null), "reason");

    [Fact]
    public async Task A_required_property_may_come_from_the_route()
    {
        var sent = await app.Client.PutAsync("/api/mixed/5", Json("""{ "name": "n" }"""));
        Assert.Equal("""{"id":5,"name":"n"}""", await sent.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await app.Client.PutAsync("/api/mixed/5", Json("{}"))).StatusCode);
    }

    [Fact]
    public async Task An_endpoint_can_let_the_body_be_missing()
    {
        var without = await (await app.Client.PostAsync("/api/optional-body", null)).JsonAsync();
        Assert.Equal("none", without.GetProperty("note").GetString());
        var with = await PostAsync("/api/optional-body", """{ "note": "n" }""");
        Assert.Equal("n", with.GetProperty("note").GetString());
    }

    [Fact]
    public async Task A_body_can_be_an_array() => Assert.Equal(6, (await PostAsync("/api/array", "[1,2,3]")).GetInt32());

    [Fact]
    public async Task Route_and_query_are_read_without_a_request()
    {
        var id = Guid.NewGuid();
        var read = await GetAsync($"/api/without-request/{id}?page=3");
        Assert.Equal($$"""{"id":"{{id}}","page":3,"size":0}""", read.GetRawText());
        await RefusedAsync(await app.Client.GetAsync($"/api/without-request/{id}"), "page");
        await RefusedAsync(await app.Client.GetAsync($"/api/without-request/{id}?page=x"), "page");
        await RefusedAsync(await app.Client.GetAsync("/api/without-request/x?page=3"), "id");
    }

    async Task<System.Text.Json.JsonElement> GetAsync(string url)
    {
        var response = await app.Client.GetAsync(url);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    async Task<System.Text.Json.JsonElement> PostAsync(string url, string json)
    {
        var response = await app.Client.PostAsync(url, Json(json));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    static async Task RefusedAsync(HttpResponseMessage response, string field)
    {
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var errors = (await response.JsonAsync()).GetProperty("errors");
        Assert.Contains(errors.EnumerateObject(), e => e.Name.Contains(field, StringComparison.OrdinalIgnoreCase));
    }
}
