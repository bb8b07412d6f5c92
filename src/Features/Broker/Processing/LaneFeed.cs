using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Processing;

/// <param name="Full">There may be more right now.</param>
readonly record struct LaneShare(int Count, bool Full)
{
    public static LaneShare None { get; } = new(0, false);

    public StoreFailure? Failure { get; init; }
}

/// <summary>Leases due handlings for one consumer's lane, as many as it has room for.</summary>
/// <param name="hardStop">Tries under way must end now.</param>
sealed class LaneFeed(
    DispatcherTools tools, Lanes lanes, Func<string, ConsumerState, Task> setState, CancellationToken hardStop)
{
    /// <summary>A busy process takes many turns a second; leases run out rarely.</summary>
    public static readonly TimeSpan ExpiredLookInterval = TimeSpan.FromSeconds(1);

    /// <summary>In this turn expired leases were not looked for: the next one must not be late.</summary>
    public bool LookWasSkipped { get; private set; }

    /// <summary>A turn begins.</summary>
    public void Begin() => LookWasSkipped = false;

    public async Task<LaneShare> ClaimAsync(
        Consumer consumer, ConsumerPort port, BrokerTuning tuning, bool drains, CancellationToken stopping)
    {
        var lane = lanes.Of(consumer.Name);
        var now = tools.Clock.GetUtcNow();
        var isProbe = consumer.State is ConsumerState.Paused { ProbeAt: { } at } && at <= now && lane.Held.Count == 0;
        if (consumer.State is not ConsumerState.Active && !isProbe) return LaneShare.None;
        // What a process died with may kill this one too: it runs alone, so that no other event's try is spent with it.
        if (port is ConsumerPort.Handles && lanes.All().Any(l => l.HasSuspect)) return LaneShare.None;
        var room = isProbe ? 1 : lane.Room(consumer, drains ? Math.Max(tuning.BatchSize, tuning.StartupDrainBatchSize) : tuning.BatchSize);
        if (room == 0) return LaneShare.None;
        if (isProbe)
            await setState(
                consumer.Name, ((ConsumerState.Paused)consumer.State) with { ProbeAt = now + consumer.Timeout + tuning.Lease });
        var request = new ClaimRequest(
            consumer.Name, consumer.OrderedByKey, tools.Owner, now, tuning.Lease, port is ConsumerPort.Handles ? 1 : room, Expired: true);
        if (lane.ExpiredLookAt <= now)
        {
            var looked = await TakeAsync(lane, consumer, port, request, isProbe, stopping);
            if (!looked.TryGetRight(out var expired, out var down)) return LaneShare.None with { Failure = down };
            // Where one was there may be more.
            lane.ExpiredLookAt = expired > 0 ? now : now + ExpiredLookInterval;
            if (expired > 0) return new LaneShare(expired, port is not ConsumerPort.Handles);
        }
        else
        {
            LookWasSkipped = true;
        }

        var taken = await TakeAsync(lane, consumer, port, request with { Limit = room, Expired = false }, isProbe, stopping);
        return taken.TryGetRight(out var due, out var failure)
            ? new LaneShare(due, due == room && !isProbe)
            : LaneShare.None with { Failure = failure };
    }

    async Task<Either<StoreFailure, int>> TakeAsync(
        ConsumerLane lane, Consumer consumer, ConsumerPort port, ClaimRequest request, bool isProbe, CancellationToken stopping)
    {
        if (!(await tools.Store.Claim(request, stopping)).TryGetRight(out var claimed, out var failure)) return failure;
        lane.Take(
            claimed.Select(c => new HeldHandling(
                c, consumer, port, isProbe, request.Expired && port is ConsumerPort.Handles, request.Now + request.Lease)),
            hardStop);
        return claimed.Count;
    }
}
