using System.Collections.Concurrent;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Looks all the time: is any row FAILED whose letter is not in Redis?</summary>
public sealed class LetterWatch : IAsyncDisposable
{
    readonly ProcessorNeighbours neighbours;
    readonly CancellationTokenSource ending = new();
    readonly ConcurrentDictionary<string, byte> missing = new();
    readonly Task watching;
    int looks;

    public LetterWatch(ProcessorNeighbours neighbours)
    {
        this.neighbours = neighbours;
        watching = Task.Run(WatchAsync);
    }

    /// <summary>Fails where a row was FAILED without its letter, or where nobody looked.</summary>
    public async Task EndAsync()
    {
        await ending.CancelAsync();
        await watching;
        Assert.Empty(missing.Keys);
        Assert.InRange(looks, 1, int.MaxValue);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await watching;
        ending.Dispose();
    }

    async Task WatchAsync()
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                // The row first: its letter was to be there before.
                foreach (var row in await neighbours.Control.RowsAsync("main", "FAILED", "MESSAGE"))
                {
                    var letter = await neighbours.Plain.KeyExistsAsync($"dlq:menu:{row.EventId}").WaitAsync(TimeSpan.FromSeconds(5));
                    if (!letter) missing.TryAdd(row.EventId, 0);
                }

                looks++;
            }
            catch (Exception away) when (away is RedisException or TimeoutException or HttpRequestException)
            {
                // The server of the test's choice is down: nothing to see.
            }

            await Task.Delay(50);
        }
    }
}
