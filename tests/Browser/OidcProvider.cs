using System.Diagnostics;
using System.Text.Json;

namespace Hobom.Slices.Tests.Browser;

/// <summary>npm's oidc-provider in a process of its own; it ends with this one.</summary>
sealed class OidcProvider : IAsyncDisposable
{
    const string Secret = "secret-of-the-tests-of-32-characters";

    readonly Process node;
    readonly HttpClient http;

    OidcProvider(Process node, int port)
    {
        this.node = node;
        http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public static string Folder { get; } = Find();

    /// <param name="callback">Where it may send browsers back to.</param>
    public static async Task<OidcProvider> StartAsync(Uri callback)
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules"))) await RunAsync("npm", ["ci", "--no-audit", "--no-fund"]);
        var server = Process.Start(new ProcessStartInfo("node", ["server.mjs", callback.AbsoluteUri])
        {
            WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        server.BeginErrorReadLine();
        while (await server.StandardOutput.ReadLineAsync() is { } line)
            if (line.StartsWith("{\"port\"", StringComparison.Ordinal))
                return new OidcProvider(server, JsonDocument.Parse(line).RootElement.GetProperty("port").GetInt32());
        throw new InvalidOperationException("the provider did not start");
    }

    /// <summary>What the processor is told of it.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("HOBOM_OIDC_AUTHORITY", http.BaseAddress!.ToString().TrimEnd('/')), ("HOBOM_OIDC_CLIENT_ID", "hobom"),
        ("HOBOM_OIDC_CLIENT_SECRET", Secret), ("HOBOM_OIDC_ROLES", "ops=operator,look=reader"),
    ];

    /// <param name="kind">good, expired, early, foreign, none, hs256, audience or issuer: what is wrong with it.</param>
    public Task<string> TokenAsync(string kind, string group = "ops") =>
        http.GetStringAsync(new Uri($"/control/token?kind={kind}&group={group}", UriKind.Relative));

    /// <summary>New keys, the old ones forgotten.</summary>
    public async Task RotateAsync() => (await http.PostAsync(new Uri("/control/rotate", UriKind.Relative), null)).EnsureSuccessStatusCode();

    public async ValueTask DisposeAsync()
    {
        node.StandardInput.Close();
        await node.WaitForExitAsync();
        node.Dispose();
        http.Dispose();
    }

    static async Task RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} failed: {process.ExitCode}");
    }

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "tests/Browser/oidc/server.mjs")))
                return Path.Combine(folder.FullName, "tests/Browser/oidc");
        throw new InvalidOperationException("no tests/Browser/oidc above the tests");
    }
}
