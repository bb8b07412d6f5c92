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

/// <summary>A consumer that this process can call.</summary>
readonly record struct ReachedConsumer(Consumer Consumer, ConsumerPort Port);

/// <summary>
/// Leases handlings for the consumers' lanes, as many as each has room for: new ones as they are routed, and what is due.
/// </summary>
/// <param name="hardStop">Tries under way must end now.</param>
sealed class LaneFeed(
    DispatcherTools tools, Lanes lanes, Func<string, ConsumerState, Task<bool>> setState, CancellationToken hardStop)
{
    /// <summary>A busy process takes many turns a second; leases run out rarely.</summary>
    public static readonly TimeSpan ExpiredLookInterval = TimeSpan.FromSeconds(1);

    BrokerTuning tuning = BrokerTuning.Contract;
    bool drains;

    /// <summary>In this turn expired leases were not looked for: the next one must not be late.</summary>
    public bool LookWasSkipped { get; private set; }

    /// <summary>A turn begins.</summary>
    public void Begin(BrokerTuning now, bool draining) => (tuning, drains, LookWasSkipped) = (now, draining, false);

    /// <summary>
    /// Routes new events. A consumer whose older handlings are all given out takes the new ones at once; where there are older
    /// ones they come first.
    /// </summary>
    /// <returns>How many events were looked at.</returns>
    public async Task<Either<StoreFailure, int>> RouteAsync(int limit, IReadOnlyList<ReachedConsumer> reached, CancellationToken stopping)
    {
        var now = tools.Clock.GetUtcNow();
        var takers = reached.Select(r => (Reached: r, Request: Request(r, RoomForNew(r), now))).ToArray();
        var request = new RouteRequest(limit, now) { Takers = [.. takers.Select(t => t.Request).Where(r => r.Limit > 0)] };
        if (!(await tools.Store.Route(request, stopping)).TryGetRight(out var routed, out var failure)) return failure;
        if (routed.Looked == 0) return 0;
        var given = routed.Claimed.ToLookup(c => c.Consumer, StringComparer.Ordinal);
        foreach (var taker in takers)
        {
            var count = Take([.. given[taker.Request.Consumer]], taker.Reached, taker.Request, isProbe: false);
            // Where there was no room for all of them some wait.
            lanes.Of(taker.Request.Consumer).IsCaughtUp = count < taker.Request.Limit;
        }

        return routed.Looked;
    }

    /// <param name="hasDue">A claim of what is due may find something.</param>
    public async Task<LaneShare> ClaimAsync(ReachedConsumer reached, bool hasDue, CancellationToken stopping)
    {
        var consumer = reached.Consumer;
        var lane = lanes.Of(consumer.Name);
        var now = tools.Clock.GetUtcNow();
        var isProbe = consumer.State is ConsumerState.Paused { ProbeAt: { } at } && at <= now && lane.Held.Count == 0;
        if (consumer.State is not ConsumerState.Active && !isProbe)
        {
            lane.HandBack();
            return LaneShare.None;
        }

        if (IsHeldUp(reached)) return LaneShare.None;
        var room = isProbe ? 1 : Room(consumer);
        if (room == 0) return LaneShare.None;
        if (lane.ExpiredLookAt <= now)
        {
            var request = Request(reached, reached.Port is ConsumerPort.Handles ? 1 : room, now) with { Expired = true };
            if (!(await TakeAsync(reached, request, isProbe, stopping)).TryGetRight(out var expired, out var down))
                return LaneShare.None with { Failure = down };
            // Where one was there may be more.
            lane.ExpiredLookAt = expired > 0 ? now : now + ExpiredLookInterval;
            if (expired > 0) return new LaneShare(expired, reached.Port is not ConsumerPort.Handles);
        }
        else
        {
            LookWasSkipped = true;
        }

        if (!hasDue)
        {
            lane.IsCaughtUp = true;
            return LaneShare.None;
        }

        var taken = await TakeAsync(reached, Request(reached, room, now), isProbe, stopping);
        if (!taken.TryGetRight(out var due, out var failure)) return LaneShare.None with { Failure = failure };
        lane.IsCaughtUp = due < room;
        return new LaneShare(due, due == room && !isProbe);
    }

    int RoomForNew(ReachedConsumer reached) =>
        reached.Consumer is { State: ConsumerState.Active, OrderedByKey: false } consumer && lanes.Of(consumer.Name).IsCaughtUp
        && !IsHeldUp(reached)
            ? Room(consumer)
            : 0;

    /// <summary>What a process died with may kill this one too: it runs alone, so that no other event's try is spent with it.</summary>
    bool IsHeldUp(ReachedConsumer reached) => reached.Port is ConsumerPort.Handles && lanes.All().Any(l => l.HasSuspect);

    int Room(Consumer consumer) =>
        lanes.Of(consumer.Name).Room(consumer, drains ? Math.Max(tuning.BatchSize, tuning.StartupDrainBatchSize) : tuning.BatchSize);

    ClaimRequest Request(ReachedConsumer reached, int limit, DateTimeOffset now) =>
        new(reached.Consumer.Name, reached.Consumer.OrderedByKey, tools.Owner, now, tuning.Lease, limit, Expired: false);

    async Task<Either<StoreFailure, int>> TakeAsync(
        ReachedConsumer reached, ClaimRequest request, bool isProbe, CancellationToken stopping)
    {
        if (!(await tools.Store.Claim(request, stopping)).TryGetRight(out var claimed, out var failure)) return failure;
        if (!isProbe || claimed.Count == 0 || await BeginProbeAsync(reached.Consumer, request))
            return Take(claimed, reached, request, isProbe);
        lanes.Of(request.Consumer).GiveBack([.. HeldOf(claimed, reached, request, isProbe)]);
        return 0;
    }

    /// <summary>Nobody else probes meanwhile: not before there is something to probe with, for without it the time would be lost.</summary>
    /// <returns>False where an operator's word stands by now, or the store does not answer.</returns>
    Task<bool> BeginProbeAsync(Consumer consumer, ClaimRequest request) => setState(
        consumer.Name,
        ((ConsumerState.Paused)consumer.State) with { ProbeAt = request.Now + consumer.Timeout + request.Lease });

    int Take(IReadOnlyList<Claimed> claimed, ReachedConsumer reached, ClaimRequest request, bool isProbe)
    {
        lanes.Of(request.Consumer).Take(HeldOf(claimed, reached, request, isProbe), hardStop);
        return claimed.Count;
    }

    static IEnumerable<HeldHandling> HeldOf(
        IReadOnlyList<Claimed> claimed, ReachedConsumer reached, ClaimRequest request, bool isProbe)
    {
        var isSuspect = request.Expired && reached.Port is ConsumerPort.Handles;
        return claimed.Select(
            c => new HeldHandling(c, reached.Consumer, reached.Port, isProbe, isSuspect, request.Now + request.Lease));
    }
}
