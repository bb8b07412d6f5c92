namespace Hobom.Slices.Sandbox;

/// <summary>Whether a sandbox serves: a container's health check.</summary>
public static class ReadyCommand
{
    public const string Usage = """
        hobom-sandbox ready --http URL
          Exit code 0 where a sandbox serves at its http address, 1 and a line where not.
        """;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken stopping)
    {
        var line = new CommandLine(arguments, names: ["--http"], switches: []);
        if (!Uri.TryCreate(line.Required("--http"), UriKind.Absolute, out var address))
            throw new UsageException("--http wants a URL");
        using var http = new HttpClient { Timeout = AnswerLimit };
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "/summary"), stopping);
            if (answer.IsSuccessStatusCode)
                return 0;
            await Console.Error.WriteLineAsync($"{address} answered {(int)answer.StatusCode}");
        }
        catch (Exception unreachable) when (unreachable is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"{address} does not answer: {unreachable.Message}");
        }

        return 1;
    }
}
