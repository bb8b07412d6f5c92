using System.Net;
using Hobom.Slices.Host.CommandLine;

namespace Hobom.Slices.Tests.Fast.Host.CommandLine;

public sealed class HealthCommandTests
{
    const string Healthy = """{"status":"ok","statusCode":200,"message":"Service is healthy"}""";

    [Theory]
    [InlineData(null, "http://127.0.0.1:8082/health")]
    [InlineData(":9000", "http://127.0.0.1:9000/health")]
    [InlineData("*:9000", "http://127.0.0.1:9000/health")]
    [InlineData("0.0.0.0:9000", "http://127.0.0.1:9000/health")]
    [InlineData("[::]:9000", "http://127.0.0.1:9000/health")]
    [InlineData("localhost:9000", "http://127.0.0.1:9000/health")]
    [InlineData("[::1]:9000", "http://[::1]:9000/health")]
    [InlineData("10.0.0.7:9000", "http://10.0.0.7:9000/health")]
    public async Task It_asks_where_the_processor_listens(string? setting, string url)
    {
        using var server = new Answering(_ => Answer(200, Healthy));

        Assert.Equal((0, "healthy", ""), await RunAsync(server, setting));

        Assert.Equal([url], server.Asked);
    }

    [Theory]
    [InlineData(503, Healthy, "http://127.0.0.1:8082/health answered 503")]
    [InlineData(302, "", "http://127.0.0.1:8082/health answered 302")]
    [InlineData(200, """{"status":"starting"}""", "http://127.0.0.1:8082/health is answered by another program")]
    [InlineData(200, "<html>", "http://127.0.0.1:8082/health is answered by another program")]
    [InlineData(200, "null", "http://127.0.0.1:8082/health is answered by another program")]
    public async Task Any_other_answer_is_told_and_ends_with_code_1(int status, string body, string reason)
    {
        using var server = new Answering(_ => Answer(status, body));

        Assert.Equal((1, "", reason), await RunAsync(server, null));
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_told()
    {
        using var nobody = new Answering(_ => throw new HttpRequestException("Connection refused \u001b[2J"));

        Assert.Equal(
            (1, "", "http://127.0.0.1:8082/health cannot be reached: Connection refused \\u001b[2J"), await RunAsync(nobody, null));
    }

    [Fact]
    public async Task Without_an_answer_in_time_it_is_told()
    {
        using var silent = new Answering(_ => throw new TaskCanceledException());

        Assert.Equal((1, "", "http://127.0.0.1:8082/health gave no answer in 3 s"), await RunAsync(silent, null));
    }

    [Fact]
    public async Task A_malformed_address_is_its_line_and_nobody_is_asked()
    {
        using var server = new Answering(_ => Answer(200, Healthy));

        var (code, _, reason) = await RunAsync(server, "8082x");

        Assert.Equal(1, code);
        Assert.StartsWith("HOBOM_HTTP_ADDR: expected ", reason, StringComparison.Ordinal);
        Assert.Empty(server.Asked);
    }

    static async Task<(int Code, string Output, string Error)> RunAsync(HttpMessageHandler transport, string? httpAddr)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (httpAddr is not null) variables["HOBOM_HTTP_ADDR"] = httpAddr;
        var tools = new CommandTools(
            new Terminal(TextReader.Null, output, error, CanAsk: false, IsScreen: false), _ => null, () => variables, () => transport,
            () => Task.CompletedTask);
        var code = await HobomCommand.RunAsync(["health"], tools, () => throw new InvalidOperationException("the processor was started"));
        return (code, output.ToString().Trim(), error.ToString().Trim());
    }

    static HttpResponseMessage Answer(int status, string body) => new((HttpStatusCode)status) { Content = new StringContent(body) };

    sealed class Answering(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.ToString());
            return Task.FromResult(answer(request));
        }
    }
}
