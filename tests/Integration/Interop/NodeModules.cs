using System.Diagnostics;

namespace Hobom.Slices.Tests.Integration.Interop;

/// <summary>The folder of the node server and the packages it needs, installed once by <c>npm ci</c>.</summary>
static class NodeModules
{
    const int AttemptLimit = 3;

    static readonly SemaphoreSlim OneInstall = new(1, 1);

    public static string Folder { get; } = Find();

    // npm writes this file last, so that a broken install is done again.
    static string InstalledMark => Path.Combine(Folder, "node_modules", ".package-lock.json");

    public static async Task EnsureInstalledAsync(CancellationToken cancellation)
    {
        await OneInstall.WaitAsync(cancellation);
        try
        {
            for (var attempt = 1; !File.Exists(InstalledMark); attempt++)
            {
                var (exitCode, output) = await InstallAsync(cancellation);
                if (attempt == AttemptLimit && !File.Exists(InstalledMark))
                    throw new InvalidOperationException(
                        $"npm ci failed {AttemptLimit} times, the last time with exit code {exitCode}: {output}");
            }
        }
        finally
        {
            OneInstall.Release();
        }
    }

    static async Task<(int ExitCode, string Output)> InstallAsync(CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("npm", ["ci"])
        {
            WorkingDirectory = Folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var npm = Process.Start(start) ?? throw new InvalidOperationException("npm did not start");
        var output = npm.StandardOutput.ReadToEndAsync(cancellation);
        var errors = npm.StandardError.ReadToEndAsync(cancellation);
        await npm.WaitForExitAsync(cancellation);
        return (npm.ExitCode, await output + await errors);
    }

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "Integration", "grpc-js");
            if (File.Exists(Path.Combine(candidate, "server.mjs")))
                return candidate;
        }
        throw new InvalidOperationException($"no tests/Integration/grpc-js above {AppContext.BaseDirectory}");
    }
}
