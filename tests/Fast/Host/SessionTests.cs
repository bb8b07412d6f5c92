using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hobom.Slices.Host;
using Hobom.Slices.Host.Access.Sessions;
using Hobom.Slices.Http;

namespace Hobom.Slices.Tests.Fast.Host;

[Collection(nameof(HostApp))]
public sealed class SessionTests(HostApp app)
{
    const string Letters = HttpApi.BasePath + "/dlq?prefix=x";
    const string PollNow = HttpApi.BasePath + "/pollers/messages/poll";

    [Fact]
    public async Task A_key_begins_a_session_whose_cookie_only_this_host_gets_and_no_script()
    {
        var answer = await SignInAsync(HostApp.KeyOf("reader"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Matches("^__Host-hobom=[0-9a-f]{64}; ", cookie);
        Assert.Equal(["httponly", "path=/", "samesite=strict", "secure"], cookie.Split("; ").Skip(1).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("relay_none_x")]
    [InlineData("\u0000")]
    public async Task A_key_that_lets_nobody_in_begins_none(string key)
    {
        var answer = await SignInAsync(key);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal("""{"error":"unauthorized"}""", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(Role.Reader, HttpStatusCode.Forbidden)]
    [InlineData(Role.Operator, HttpStatusCode.Accepted)]
    public async Task A_session_may_what_its_key_may(string role, HttpStatusCode change)
    {
        var cookie = await CookieAsync(HostApp.KeyOf(role));
        Assert.Equal(HttpStatusCode.BadRequest, (await app.SendAsync("GET", Letters, null, cookie)).StatusCode);
        Assert.Equal(change, (await app.SendAsync("POST", PollNow, null, cookie, ("Sec-Fetch-Site", "same-origin"))).StatusCode);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.Forbidden)]
    [InlineData("none", null, HttpStatusCode.Forbidden)]
    [InlineData("same-site", null, HttpStatusCode.Forbidden)]
    [InlineData("cross-site", "http://localhost", HttpStatusCode.Forbidden)]
    [InlineData(null, "http://evil.example", HttpStatusCode.Forbidden)]
    [InlineData(null, "http://localhost", HttpStatusCode.Accepted)]
    [InlineData("same-origin", null, HttpStatusCode.Accepted)]
    public async Task A_change_in_a_session_wants_proof_that_this_page_asked_for_it(string? site, string? origin, HttpStatusCode status)
    {
        var cookie = await CookieAsync(HostApp.InternalKey);
        var headers = new List<(string, string)> { cookie };
        if (site is not null) headers.Add(("Sec-Fetch-Site", site));
        if (origin is not null) headers.Add(("Origin", origin));
        Assert.Equal(status, (await app.SendAsync("POST", PollNow, null, [.. headers])).StatusCode);
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_the_server()
    {
        var cookie = await CookieAsync(HostApp.KeyOf("reader"));
        var answer = await app.SendAsync("DELETE", GetSessionEndpoint.Route, null, cookie, ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("expires=Thu, 01 Jan 1970", Assert.Single(answer.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.SendAsync("GET", Letters, null, cookie)).StatusCode);
    }

    [Fact]
    public async Task Signing_in_anew_ends_the_session_that_the_browser_came_with()
    {
        var old = await CookieAsync(HostApp.KeyOf("reader"));
        var fresh = CookieOf(await SignInAsync(HostApp.KeyOf("operator"), old, ("Sec-Fetch-Site", "same-origin")));
        Assert.NotEqual(old, fresh);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.SendAsync("GET", Letters, null, old)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await app.SendAsync("GET", Letters, null, fresh)).StatusCode);
    }

    [Fact]
    public async Task A_key_in_the_header_wins_over_a_session()
    {
        var cookie = await CookieAsync(HostApp.InternalKey);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.SendAsync("POST", PollNow, HostApp.KeyOf("reader"), cookie)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.SendAsync("GET", Letters, "wrong", cookie)).StatusCode);
    }

    [Fact]
    public async Task A_stranger_learns_how_to_sign_in_and_nothing_else()
    {
        var view = await WhoAsync(null);
        Assert.Equal(JsonValueKind.Null, view.GetProperty("name").ValueKind);
        Assert.Equal((0, 0), (view.GetProperty("roles").GetArrayLength(), view.GetProperty("parts").GetArrayLength()));
        Assert.Equal("key", Assert.Single(view.GetProperty("ways").EnumerateArray()).GetString());
        var known = await WhoAsync(HostApp.KeyOf("editor"));
        Assert.Equal("test-editor", known.GetProperty("name").GetString());
        Assert.Equal(["reader", "operator", "payload", "editor"], known.GetProperty("roles").EnumerateArray().Select(r => r.GetString()));
        Assert.False(known.GetProperty("signedIn").GetBoolean());
    }

    async Task<JsonElement> WhoAsync(string? key) =>
        await (await app.SendAsync("GET", GetSessionEndpoint.Route, key)).Content.ReadFromJsonAsync<JsonElement>();

    async Task<(string Name, string Value)> CookieAsync(string key) => CookieOf(await SignInAsync(key));

    static (string Name, string Value) CookieOf(HttpResponseMessage answer) =>
        ("Cookie", answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);

    Task<HttpResponseMessage> SignInAsync(string key, params (string Name, string Value)[] headers)
    {
        var request = HostApp.Request("POST", GetSessionEndpoint.Route, null, headers);
        request.Content = JsonContent.Create(new { key });
        return app.Client.SendAsync(request);
    }
}
