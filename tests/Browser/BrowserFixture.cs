using System.Diagnostics;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Tests.Integration.Processor;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Playwright;

namespace Hobom.Slices.Tests.Browser;

[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class BrowserCollection : ICollectionFixture<BrowserFixture>
{
    public const string Name = "Browser";
}

/// <summary>One browser, one set of neighbours, and the letters' store as another process would have it.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    IPlaywright? playwright;
    RedisConnection? redis;

    public ProcessorNeighbours Neighbours { get; } = new();

    public IBrowser Browser { get; private set; } = null!;

    public RedisDeadLetterStore Store { get; private set; } = null!;

    /// <summary>Keys of the file that the processors are given, by role.</summary>
    public IReadOnlyDictionary<string, string> Keys { get; private set; } = new Dictionary<string, string>();

    public string KeysPath { get; } = Path.GetTempFileName();

    public async Task InitializeAsync()
    {
        if (Chromium.Path is null) return;
        var starting = Neighbours.InitializeAsync();
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium.Path,
            // In a container people are root, and Chromium then wants no sandbox of its own.
            Args = ["--no-sandbox"],
        });
        Keys = await NewKeysAsync("reader", "operator", "editor", "auditor");
        await starting;
        var address = RedisAddress.Parse(Neighbours.Redis.Address).Match(a => a, fault => throw new InvalidOperationException(fault.Message));
        redis = new RedisConnection(address, TimeProvider.System, NullLogger<RedisConnection>.Instance);
        Store = new RedisDeadLetterStore(redis, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        File.Delete(KeysPath);
        if (Chromium.Path is null) return;
        await Browser.CloseAsync();
        playwright?.Dispose();
        if (redis is not null) await redis.DisposeAsync();
        await Neighbours.DisposeAsync();
    }

    async Task<Dictionary<string, string>> NewKeysAsync(params string[] roles)
    {
        var made = await Task.WhenAll(roles.Select(NewKeyAsync));
        await File.WriteAllTextAsync(KeysPath, $"{{\"keys\":[{string.Join(',', made.Select(m => m.Entry))}]}}");
        return made.ToDictionary(m => m.Role, m => m.Key, StringComparer.Ordinal);
    }

    static async Task<(string Role, string Key, string Entry)> NewKeyAsync(string role)
    {
        using var command = Process.Start(new ProcessStartInfo(
            "dotnet", [RunningProcessor.BuiltPath, "keys", "new", "--name", $"test-{role}", "--role", role]) { RedirectStandardOutput = true })!;
        var output = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        var key = output.Split('\n').Single(l => l.StartsWith("relay_", StringComparison.Ordinal)).Trim();
        return (role, key, output[output.IndexOf('{', StringComparison.Ordinal)..]);
    }
}
