using Hobom.Slices.Runtime.Telemetry;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Microsoft.Extensions.Logging;

namespace Hobom.Slices.Broker.Replays;

/// <summary>Goes on with the replays that are due, whichever process began them.</summary>
sealed class StoreReplays(BrokerStore store, TimeProvider clock, ILogger log)
{
    /// <summary>A wake-up tells of a new one before.</summary>
    static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(5);

    static readonly TimeSpan StoreDownDelay = TimeSpan.FromSeconds(2);

    public async Task RunAsync(CancellationToken stopping)
    {
        var woken = store.WakeUp.Listen();
        while (!stopping.IsCancellationRequested)
        {
            var rest = await StepsAsync(stopping);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(Delays.WaitAsync(rest, clock, over.Token), woken.WaitAsync(over.Token));
            // Wake-ups come with every event: a replay need not be asked for more often than it may step.
            await Delays.WaitAsync(TimeSpan.FromMilliseconds(50), clock, over.Token);
            await over.CancelAsync();
        }

        store.WakeUp.Forget(woken);
    }

    async Task<TimeSpan> StepsAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            if (!(await store.Replays.NextDue(stopping)).TryGetRight(out var next, out var failure)) return StoreDown(failure);
            var now = clock.GetUtcNow();
            if (next.IsNone) return IdleInterval;
            var wait = next.Match(at => at - now, () => IdleInterval);
            if (wait > TimeSpan.Zero) return wait < IdleInterval ? wait : IdleInterval;
            if (!(await store.Replays.Step(now, stopping)).TryGetRight(out var stepped, out failure)) return StoreDown(failure);
            // Another process is at it.
            if (!stepped) return TimeSpan.FromMilliseconds(250);
        }

        return TimeSpan.Zero;
    }

    TimeSpan StoreDown(StoreFailure failure)
    {
        log.LogWarning(LogEvents.Named("broker.replays-wait"), "broker: replays wait for the store: {Reason}", failure.Message);
        return StoreDownDelay;
    }
}
