using System.Text.Json;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>A command of the program, run to its end with settings of its own.</summary>
static class ProgramRun
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static async Task<(int Code, string Output)> RunAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        await using var run = RunningProcessor.Launch(settings, null, ["dotnet", RunningProcessor.BuiltPath, .. arguments]);
        var code = await run.ExitAsync(Limit);
        return (code, run.Output);
    }

    /// <summary>With <c>--json</c>; the answer's text is the whole of the output.</summary>
    public static async Task<(int Code, JsonElement Report)> RunForJsonAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var (code, output) = await RunAsync(settings, [.. arguments, "--json"]);
        try
        {
            using var json = JsonDocument.Parse(output);
            return (code, json.RootElement.Clone());
        }
        catch (JsonException unreadable)
        {
            throw new InvalidOperationException($"ended with {code} and no JSON: {output}", unreadable);
        }
    }
}
