using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.Runtime;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Processing;

/// <summary>
/// Removes events that were done long ago, and expires those that nobody has wanted for too long, in small batches, so that no
/// delivery waits for it.
/// </summary>
/// <param name="expired">Told how many.</param>
sealed class Retention(
    BrokerStore store, TimeSpan age, TimeSpan noConsumerLimit, Action<int> expired, TimeProvider clock, ILogger log)
{
    const int BatchSize = 500;

    static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (await Delays.WaitAsync(Interval, clock, stopping))
        {
            await ExpireAsync(stopping);
            for (var removed = BatchSize; IsFull(removed) && !stopping.IsCancellationRequested;)
            {
                if (!(await store.Operate.Purge(clock.GetUtcNow() - age, BatchSize, stopping)).TryGetRight(out removed, out var failure))
                    log.LogWarning(LogEvents.Named("broker.retention-trouble"),
                        "broker: old events are not removed: {Reason}", failure.Message);
                await Delays.WaitAsync(BetweenBatches, clock, stopping);
            }
        }
    }

    /// <summary>There may be more: some of a batch may be somebody's right now, and are passed over.</summary>
    static bool IsFull(int count) => count > BatchSize / 2;

    async Task ExpireAsync(CancellationToken stopping)
    {
        for (var count = BatchSize; IsFull(count) && !stopping.IsCancellationRequested;)
        {
            var now = clock.GetUtcNow();
            if (!(await store.Operate.Expire(now - noConsumerLimit, now, BatchSize, stopping)).TryGetRight(out count, out var failure))
                log.LogWarning(
                    LogEvents.Named("broker.expiry-waits"),
                    "broker: events without a consumer are not looked at: {Reason}", failure.Message);
            if (count == 0) return;
            log.LogWarning(
                LogEvents.Named("broker.expired"),
                "broker: {Count} events have expired: no consumer wanted them for {Limit}", count, noConsumerLimit);
            expired(count);
            await Delays.WaitAsync(BetweenBatches, clock, stopping);
        }
    }
}
