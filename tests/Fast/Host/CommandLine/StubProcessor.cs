using System.Net;
using System.Text;
using Hobom.Slices.Host.CommandLine;

namespace Hobom.Slices.Tests.Fast.Host.CommandLine;

/// <summary>Answers the command's requests from a list, and remembers them.</summary>
sealed class StubProcessor(params IReadOnlyList<(int Status, string Body)> answers) : HttpMessageHandler
{
    /// <summary>Method, path with query, body.</summary>
    public List<string> Requests { get; } = [];

    public string? Key { get; private set; }

    public StringWriter Output { get; } = new();

    public StringWriter Error { get; } = new();

    public Task<int> RunAsync(params string[] args) => RunAsync("", canAsk: false, args);

    public Task<int> RunAsync(string input, bool canAsk, params string[] args) => RunProgramAsync(input, canAsk, ["dlq", .. args]);

    /// <param name="args">All of them, the command's name first.</param>
    public Task<int> RunProgramAsync(string input, bool canAsk, params string[] args) => HobomCommand.RunAsync(
        args,
        new CommandTools(
            new Terminal(new StringReader(input), Output, Error, canAsk, IsScreen: false),
            name => name is "HOBOM_API_KEY" ? "relay_a_secret" : null, () => new Dictionary<string, string>(), () => this, () => Task.CompletedTask),
        () => throw new InvalidOperationException("the processor was started"));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Key = string.Join(',', request.Headers.GetValues("x-api-key"));
        var path = request.RequestUri!.PathAndQuery.Replace("/hobom-event-processor/internal/api/v1", "", StringComparison.Ordinal);
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Requests.Add($"{request.Method} {path} {body}".TrimEnd());
        if (Requests.Count > answers.Count) throw new HttpRequestException("connection refused");
        var (status, text) = answers[Requests.Count - 1];
        return new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(text, Encoding.UTF8, "application/json") };
    }

    protected override void Dispose(bool disposing)
    {
        // The command disposes of what it sends through; the test still reads the outputs.
        base.Dispose(disposing);
    }
}
