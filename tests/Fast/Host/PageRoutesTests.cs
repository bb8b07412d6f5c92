using System.Net;
using Hobom.Slices.Host;
using Hobom.Slices.Page.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace Hobom.Slices.Tests.Fast.Host;

[Collection(nameof(HostApp))]
public sealed class PageRoutesTests(HostApp app)
{
    PageFiles Files => app.Services.GetRequiredService<PageFiles>();

    [Fact]
    public async Task The_page_is_there_for_everybody_and_lets_nothing_foreign_run()
    {
        var answer = await app.SendAsync("GET", "/", null);
        Assert.Equal((HttpStatusCode.OK, "text/html"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';", policy, StringComparison.Ordinal);
        foreach (var part in (string[])["frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "trusted-types 'none'"])
            Assert.Contains(part, policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("no-cache", answer.Headers.CacheControl?.ToString());
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    [InlineData("identity")]
    public async Task What_a_browser_has_it_does_not_get_again(string encoding)
    {
        var path = $"/page/{Files.Version}/page.css";
        var first = await app.SendAsync("GET", path, null, ("Accept-Encoding", encoding));
        Assert.Equal((HttpStatusCode.OK, "text/css"), (first.StatusCode, first.Content.Headers.ContentType?.MediaType));
        Assert.Equal(encoding == "identity" ? [] : [encoding], first.Content.Headers.ContentEncoding);
        Assert.Contains("immutable", first.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        var again = await app.SendAsync("GET", path, null, ("Accept-Encoding", encoding), ("If-None-Match", first.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Every_file_that_the_page_names_is_there()
    {
        var page = await (await app.SendAsync("GET", "/", null)).Content.ReadAsStringAsync();
        foreach (var path in page.Split('"').Where(part => part.StartsWith("/page/", StringComparison.Ordinal)))
            Assert.Equal(HttpStatusCode.OK, (await app.SendAsync("GET", path, null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.SendAsync("GET", "/page/0/app.js", null)).StatusCode);
    }

    [Fact]
    public async Task The_stream_of_changes_begins_with_where_things_stand()
    {
        using var request = HostApp.Request("GET", HttpApi.BasePath + "/changes", HostApp.KeyOf("reader"));
        using var answer = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("retry: 500", await lines.ReadLineAsync());
        Assert.Equal("", await lines.ReadLineAsync());
        Assert.Contains("\"letters\":{\"loaded\":false,\"count\":0,", await lines.ReadLineAsync(), StringComparison.Ordinal);
    }
}
