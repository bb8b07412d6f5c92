using System.Diagnostics;

namespace Hobom.Slices.Tests.Container;

/// <summary>How a program ended.</summary>
public sealed record ToolEnd(int Code, string Output, string Errors)
{
    /// <summary>For a failed assertion.</summary>
    public string All => $"exit code {Code}\n{Output}{Errors}";
}

/// <summary>Programs of this machine, in the repository's root.</summary>
static class Tool
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(9);

    public static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));

    public static Task<ToolEnd> RunAsync(params IReadOnlyList<string> command) =>
        RunAsync(new Dictionary<string, string>(StringComparer.Ordinal), command);

    public static async Task<ToolEnd> RunAsync(IReadOnlyDictionary<string, string> environment, params IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new ToolEnd(process.ExitCode, await output, await errors);
    }

    /// <exception cref="InvalidOperationException">It failed; the message has its output.</exception>
    public static async Task<ToolEnd> DoneAsync(params IReadOnlyList<string> command)
    {
        var end = await RunAsync(command);
        return end.Code == 0 ? end : throw new InvalidOperationException($"{string.Join(' ', command)}: {end.All}");
    }
}
