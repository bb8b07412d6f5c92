using System.Net;
using System.Text;
using Hobom.Slices.Host;
using Hobom.Slices.Host.Guards;
using Hobom.Slices.Host.Access;
using Microsoft.AspNetCore.TestHost;

namespace Hobom.Slices.Tests.Fast.Host;

[Collection(nameof(HostApp))]
public sealed class GuardTests(HostApp app)
{
    const string Letters = HttpApi.BasePath + "/dlq?prefix=x";
    const string Body = HttpApi.BasePath + "/probe/body";
    const string Failure = HttpApi.BasePath + "/probe/failure";

    /// <summary>The page that shows the API would stay empty otherwise.</summary>
    [Fact]
    public async Task The_script_in_the_page_may_run_and_only_that()
    {
        var answer = await app.SendAsync("GET", "/swagger/index.html", key: null);
        var page = await answer.Content.ReadAsStringAsync();
        string[] scripts = [.. page.Split("<script>").Skip(1).Select(after => after[..after.IndexOf("</script>", StringComparison.Ordinal)])];
        Assert.NotEmpty(scripts);
        var allowed = string.Concat(scripts.Select(script => $" '{AnswerHeaders.HashOf(script)}'"));
        Assert.Contains($"script-src 'self'{allowed};", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Letters)]
    [InlineData("/health")]
    [InlineData("/swagger/index.html")]
    [InlineData("/no/such/page")]
    [InlineData(Failure)]
    public async Task Every_answer_tells_caches_and_browsers_to_be_careful(string path)
    {
        var answer = await app.SendAsync("GET", path, HostApp.InternalKey);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src 'self' 'unsafe", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cross-site", null, HttpStatusCode.Forbidden)]
    [InlineData("same-site", null, HttpStatusCode.Forbidden)]
    [InlineData("same-origin", null, HttpStatusCode.OK)]
    [InlineData("none", null, HttpStatusCode.OK)]
    [InlineData(null, "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData(null, "null", HttpStatusCode.Forbidden)]
    [InlineData(null, "http://localhost", HttpStatusCode.OK)]
    [InlineData(null, null, HttpStatusCode.OK)]
    public async Task A_change_asked_for_by_another_site_is_refused(string? site, string? origin, HttpStatusCode status)
    {
        var request = HostApp.Request("POST", Body, HostApp.InternalKey);
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        if (origin is not null) request.Headers.Add("Origin", origin);
        request.Content = Json("{}");
        Assert.Equal(status, (await app.Client.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Looking_from_another_site_is_not_a_change() => Assert.Equal(
        HttpStatusCode.BadRequest,
        (await app.SendAsync("GET", Letters, HostApp.InternalKey, ("Sec-Fetch-Site", "cross-site"))).StatusCode);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task A_form_is_no_change(string type)
    {
        var request = HostApp.Request("POST", Body, HostApp.InternalKey);
        request.Content = new StringContent("{}");
        request.Content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse(type);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await app.Client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData((1 << 20) - 20, HttpStatusCode.OK)]
    [InlineData(1 << 20, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_has_a_limit(int length, HttpStatusCode status)
    {
        var answer = await PostAsync($"{{\"text\":\"{new string('a', length)}\"}}");
        Assert.Equal(status, answer.StatusCode);
        if (status != HttpStatusCode.OK)
            Assert.Contains("\"error\":\"the body is larger than 1 MiB\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_does_not_tell_its_length_has_the_same_limit()
    {
        await using var served = HostApp.Build(new FormattedLines(), ["loopback"]);
        await served.Api.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, served.Api.Urls.Single() + Body);
        request.Headers.TransferEncodingChunked = true;
        request.Content = Json($"{{\"text\":\"{new string('a', 2 << 20)}\"}}");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await client.SendAsync(request)).StatusCode);

        using var oversized = new HttpRequestMessage(HttpMethod.Get, served.Api.Urls.Single() + "/health");
        oversized.Headers.Add("x-long", new string('a', 20_000));
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, (await client.SendAsync(oversized)).StatusCode);
        await served.Api.StopAsync();
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    public async Task JSON_that_is_too_deep_is_refused(int depth)
    {
        var answer = await PostAsync($"{{\"any\":{new string('[', depth)}{new string(']', depth)}}}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.StartsWith("{\"error\":", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unexpected_error_tells_the_caller_an_id_and_the_log_the_rest()
    {
        app.Lines.Clear();
        var answer = await app.SendAsync("GET", Failure, HostApp.InternalKey, ("x-hobom-trace-id", "trace-4711"));
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("trace-4711", answer.Headers.GetValues("x-hobom-trace-id").Single());
        Assert.Equal("""{"error":"internal error","traceId":"trace-4711"}""", await answer.Content.ReadAsStringAsync());
        Assert.Contains(app.Lines.All, l => l.Contains("InvalidOperationException", StringComparison.Ordinal) && l.Contains("(trace trace-4711)", StringComparison.Ordinal));
        Assert.Contains(app.Lines.All, l => l.Contains("Probe[0] about to fail (trace trace-4711)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trace_id_that_is_none_is_replaced()
    {
        foreach (var given in (string[])["a b", "x\u001b[31m", new string('a', 129), ""])
        {
            var answer = await app.SendAsync("GET", "/health", null, ("x-hobom-trace-id", given));
            Assert.Matches("^[0-9a-f]{16}$", answer.Headers.GetValues("x-hobom-trace-id").Single());
        }
    }

    [Fact]
    public async Task No_caller_can_forge_or_break_a_line_of_the_log()
    {
        app.Lines.Clear();
        var forged = Uri.EscapeDataString("dlq:menu:e1\r\n{\"level\":\"error\"}\u001b[2J\u2028\u202e");
        await app.SendAsync("GET", $"{HttpApi.BasePath}/dlq/{forged}", null, ("User-Agent", "a\u001b[31mb\u0085c"));
        await app.SendAsync("GET", Failure, HostApp.KeyOf("reader"));
        Assert.NotEmpty(app.Lines.All);
        Assert.All(app.Lines.All, line => Assert.DoesNotContain(line.TrimEnd('\n'), c => char.IsControl(c) || c is '\u2028' or '\u202e'));
    }

    [Fact]
    public async Task A_flood_of_refusals_is_a_few_lines()
    {
        app.Lines.Clear();
        for (var i = 0; i < 3000; i++) await app.SendAsync("GET", Letters, "relay_nobody_x");
        Assert.InRange(app.Lines.All.Count, 1, 300);
    }

    [Fact]
    public async Task A_named_key_that_asks_too_often_is_told_when_to_come_back_and_nobody_else_is()
    {
        await using var busy = HostApp.Build(
            new FormattedLines(), [], (KeysFile.Variable, app.KeysPath), ("HOBOM_INTERNAL_API_KEY", HostApp.InternalKey),
            ("HOBOM_HTTP_RATE_PER_SECOND", "1"));
        await busy.Api.StartAsync();
        using var client = busy.Api.GetTestClient();
        var answer = await AskAsync(HostApp.KeyOf("reader"));
        // Far more in a second than its rate: one of them is told so, or nobody counts.
        for (var asked = 1; asked < 10_000 && answer.StatusCode == HttpStatusCode.BadRequest; asked++)
            answer = await AskAsync(HostApp.KeyOf("reader"));
        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(HostApp.InternalKey)).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync("wrong")).StatusCode);
        }

        // Nothing fills its allowance but its next question.
        while (answer.StatusCode == HttpStatusCode.TooManyRequests) answer = await AskAsync(HostApp.KeyOf("reader"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        await busy.Api.StopAsync();

        Task<HttpResponseMessage> AskAsync(string key) => client.SendAsync(HostApp.Request("GET", Letters, key));
    }

    async Task<HttpResponseMessage> PostAsync(string body)
    {
        var request = HostApp.Request("POST", Body, HostApp.InternalKey);
        request.Content = Json(body);
        return await app.Client.SendAsync(request);
    }

    static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");
}
