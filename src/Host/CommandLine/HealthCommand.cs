using System.CommandLine;
using System.Net;
using System.Text.Json;
using Hobom.Slices.Host.Health;

namespace Hobom.Slices.Host.CommandLine;

/// <summary>
/// <c>hobom health</c>: asks /health of the processor that runs with these settings on this machine; for images without a
/// shell. Exit code 0 where it is up, 1 where it is not: what a container's engine knows.
/// </summary>
static class HealthCommand
{
    static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(3);

    public static Command Build(CommandTools tools)
    {
        var health = new Command(
            "health", "Whether the processor at HOBOM_HTTP_ADDR (of this machine) is up: exit code 0, or 1 with the reason.");
        health.SetAction((_, _) => RunAsync(tools));
        return health;
    }

    static async Task<int> RunAsync(CommandTools tools)
    {
        var read = new SettingsReader(tools.Variables());
        var listen = read.Listen(ListenAddress.Variable, ListenAddress.Default);
        var trouble = read.Problems is [var problem, ..] ? problem : await TroubleAtAsync(listen, tools);
        if (trouble is null)
        {
            await tools.Terminal.Output.WriteLineAsync("healthy");
            return ExitCode.Done;
        }

        await tools.Terminal.Error.WriteLineAsync(LogText.Clean(trouble, 300));
        return ExitCode.SomeLeft;
    }

    /// <returns>Null where it is healthy.</returns>
    static async Task<string?> TroubleAtAsync(ListenAddress listen, CommandTools tools)
    {
        var url = new Uri($"http://{new IPEndPoint(listen.Address ?? IPAddress.Loopback, listen.Port)}/health");
        using var transport = tools.Transport();
        using var http = new HttpClient(transport) { Timeout = AnswerLimit, MaxResponseContentBufferSize = 1 << 16 };
        try
        {
            using var answer = await http.GetAsync(url);
            return !answer.IsSuccessStatusCode ? $"{url} answered {(int)answer.StatusCode}"
                : IsOk(await answer.Content.ReadAsStringAsync()) ? null
                : $"{url} is answered by another program";
        }
        catch (HttpRequestException e)
        {
            return $"{url} cannot be reached: {e.Message}";
        }
        catch (OperationCanceledException)
        {
            return $"{url} gave no answer in {AnswerLimit.TotalSeconds} s";
        }
    }

    static bool IsOk(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<HealthEndpoint.HealthAnswer>(body, JsonSerializerOptions.Web)?.Status == "ok";
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
