using System.Globalization;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Redis;

namespace Hobom.Slices.Streams;

/// <summary>
/// Waits until a stream has something after an id. A blocking XREAD, on a connection that carries nothing else: it hands
/// nothing out, so that one who is late, cut off or dead can wait as long as he likes and takes nothing from the owner.
/// </summary>
sealed class NewEntries(string stream, Func<RedisConnection> connect, TimeSpan block, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>After a look that failed, so that an outage is no busy loop.</summary>
    static readonly TimeSpan FailurePause = TimeSpan.FromMilliseconds(100);

    readonly RedisConnection redis = connect();
    Task? look;

    /// <summary>Returns when there is something, when the look's time is over, or at <paramref name="due"/>.</summary>
    public async Task WaitAsync(EntryId after, DateTimeOffset? due, CancellationToken stopping)
    {
        look ??= LookAsync(after);
        var wait = due is null ? Timeout.InfiniteTimeSpan : due.Value - clock.GetUtcNow();
        if (due is not null && wait <= TimeSpan.Zero) return;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        await Task.WhenAny(look, Delays.WaitAsync(wait, clock, ended.Token));
        await ended.CancelAsync();
        if (look.IsCompleted) look = null;
    }

    public ValueTask DisposeAsync() => redis.DisposeAsync();

    async Task LookAsync(EntryId after)
    {
        var looked = await redis.RunAsync(
            db => db.ExecuteAsync(
                "XREAD", "COUNT", 1, "BLOCK", block.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture), "STREAMS", stream,
                    after.ToString()),
            block + TimeSpan.FromSeconds(2));
        if (looked.IsLeft) await Delays.WaitAsync(FailurePause, clock, CancellationToken.None);
    }
}
