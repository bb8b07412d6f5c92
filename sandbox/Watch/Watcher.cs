using System.Diagnostics;
using System.Net.Http.Json;
using Hobom.Slices.Sandbox.Shop;

namespace Hobom.Slices.Sandbox.Watch;

/// <summary>Asks the sandbox, the broker and Redis how things stand.</summary>
internal sealed class Watcher(WatchOptions options) : IDisposable
{
    private readonly HttpClient _sandbox = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly TopicRecords _topics = new(options.Broker);
    private readonly LetterCounts _letters = new(options.RedisPort);
    private readonly long _began = Stopwatch.GetTimestamp();

    public async Task<Reading> LookAsync(CancellationToken stopping)
    {
        // The letters last: a letter is stored before its row is FAILED, so none can seem to be missing.
        var rows = await AskAsync<SandboxSummary>(new Uri(options.Summary, "/summary"), stopping);
        var shop = options.Shop is { } address ? await AskAsync<ShopSummary>(new Uri(address, "/shop"), stopping) : null;
        var topics = await _topics.ReadAsync(stopping);
        var letters = await _letters.ReadAsync(stopping);
        return new Reading(Stopwatch.GetElapsedTime(_began), rows, topics, letters) { Shop = shop };
    }

    public void Dispose()
    {
        _topics.Dispose();
        _sandbox.Dispose();
    }

    private async Task<T?> AskAsync<T>(Uri address, CancellationToken stopping)
        where T : class
    {
        try
        {
            return await _sandbox.GetFromJsonAsync<T>(address, stopping);
        }
        catch (Exception failure)
            when (failure is HttpRequestException or TaskCanceledException && !stopping.IsCancellationRequested)
        {
            return null;
        }
    }
}
