using System.ComponentModel;
using System.Diagnostics;

namespace Hobom.Slices.Sandbox.Watch;

/// <summary>What a command-line tool prints.</summary>
internal static class ToolOutput
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <returns>The lines of its standard output, or null where it is missing, fails or does not end in time.</returns>
    public static async Task<string[]?> LinesAsync(string tool, IEnumerable<string> arguments, CancellationToken stopping)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(tool, arguments)
            {
                RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            },
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(s_limit);
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return null;
        }

        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var text = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await errors;
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 ? text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : null;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            stopping.ThrowIfCancellationRequested();
            return null;
        }
    }
}
