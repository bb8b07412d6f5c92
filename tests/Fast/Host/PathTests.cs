using System.Net;
using System.Net.Sockets;
using System.Text;
using Hobom.Slices.Host;

namespace Hobom.Slices.Tests.Fast.Host;

/// <summary>
/// What the real server makes of a request line: one in memory decodes and refuses otherwise. Redis is away, so a letter that is
/// looked for is a 503.
/// </summary>
[Collection(nameof(HostApp))]
public sealed class PathTests(ServedHost served) : IClassFixture<ServedHost>
{
    const string NoKey = "begins with 'dlq:'";
    const string Away = "Redis at 127.0.0.1:1";

    [Theory]
    [InlineData("GET", "/dlq/dlq:menu:x", 503, Away)]
    [InlineData("GET", "/dlq/dlq:menu:x/", 503, Away)]
    [InlineData("POST", "/dlq/retry/dlq:menu:x/", 502, Away)]
    [InlineData("DELETE", "/dlq/dlq:menu:x/edit/", 503, Away)]
    [InlineData("GET", "/dlq/dlq:menu:x/.", 503, Away)]
    [InlineData("GET", "/dlq/y/../dlq:menu:x", 503, Away)]
    [InlineData("GET", "/dlq/-?key=dlq%3Amenu%3Aa%00b", 503, Away)]
    [InlineData("GET", "/dlq/-/?key=dlq:menu:a%2Fb", 503, Away)]
    [InlineData("POST", "/dlq/retry/-?key=dlq%3Amenu%3Aa%00b", 502, Away)]
    [InlineData("POST", "/dlq/retry/-?key=dlq:menu:a&confirm=x", 400, "confirm")]
    [InlineData("DELETE", "/dlq/-/edit?key=dlq%3Amenu%3Aa%00b", 503, Away)]
    [InlineData("GET", "/dlq/-", 400, NoKey)]
    [InlineData("GET", "/dlq/-?key=menu", 400, NoKey)]
    [InlineData("GET", "/dlq/-?key=dlq:menu:a&key=dlq:menu:b", 400, NoKey)]
    [InlineData("GET", "/dlq/x/", 400, NoKey)]
    [InlineData("GET", "/dlq/dlq:menu:x//", 404, "")]
    [InlineData("GET", "/dlq//dlq:menu:x", 404, "")]
    [InlineData("GET", "//dlq", 404, "")]
    [InlineData("GET", "/pollers/messages/", 200, "messages")]
    [InlineData("GET", "/pollers/", 200, "messages")]
    public async Task A_slash_more_is_no_other_key(string method, string path, int status, string words)
    {
        var answer = await SendAsync($"{method} {HttpApi.BasePath}{path} HTTP/1.1");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains(words, answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health", 200)]
    [InlineData("/health/", 200)]
    [InlineData("/health/live", 200)]
    [InlineData("/health/ready", 503)]
    [InlineData("/swagger/index.html", 200)]
    [InlineData(HttpApi.BasePath + "/pollers", 200)]
    [InlineData(HttpApi.BasePath + "/dlq?prefix=x", 400)]
    public async Task HEAD_is_answered_as_GET_without_a_body(string path, int status)
    {
        var got = await SendAsync($"GET {path} HTTP/1.1");
        Assert.StartsWith($"HTTP/1.1 {status} ", got, StringComparison.Ordinal);
        Assert.NotEmpty(BodyOf(got));
        var head = await SendAsync($"HEAD {path} HTTP/1.1");
        Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
        Assert.Empty(BodyOf(head));
        Assert.Equal(TypeOf(got), TypeOf(head));
    }

    static string BodyOf(string answer) => answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    static string TypeOf(string answer) =>
        answer.Split("\r\n").Single(l => l.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase));

    /// <summary>The request line goes out as it is: a client would mend it.</summary>
    async Task<string> SendAsync(string requestLine)
    {
        var at = served.At;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, at.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"{requestLine}\r\nHost: {at.Authority}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}

/// <summary>The API at a socket of this machine, without a key.</summary>
public sealed class ServedHost : IAsyncLifetime
{
    readonly Processor processor = HostApp.Build(new FormattedLines(), ["loopback"]);

    public Uri At => new(processor.Api.Urls.Single());

    public Task InitializeAsync() => processor.Api.StartAsync();

    public async Task DisposeAsync()
    {
        await processor.Api.StopAsync();
        await processor.DisposeAsync();
    }
}
