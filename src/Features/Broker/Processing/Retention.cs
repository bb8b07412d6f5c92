using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Processing;

/// <summary>Removes events that were done long ago, in small batches, so that no delivery waits for it.</summary>
sealed class Retention(BrokerStore store, TimeSpan age, TimeProvider clock, ILogger log)
{
    const int BatchSize = 500;

    static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (await Delays.WaitAsync(Interval, clock, stopping))
        {
            for (var removed = BatchSize; removed == BatchSize && !stopping.IsCancellationRequested;)
            {
                if (!(await store.Operate.Purge(clock.GetUtcNow() - age, BatchSize, stopping)).TryGetRight(out removed, out var failure))
                    log.LogWarning("broker: old events are not removed: {Reason}", failure.Message);
                await Delays.WaitAsync(BetweenBatches, clock, stopping);
            }
        }
    }
}
