using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

sealed class MemoryOperations(MemoryTables tables, Lock gate, Signals signal)
{
    public EventOperations AsOperations() => new(
        (identity, consumer, now, _) => Answer(() => Replay(identity, consumer, now)),
        (identity, consumer, now, _) => Answer(() => Discard(identity, consumer, now)),
        (endedBefore, limit, _) => Answer(() => tables.Purge(endedBefore, limit)),
        (before, now, limit, _) => Answer(() => Expire(before, now, limit)));

    bool Replay(EventIdentity identity, string consumer, DateTimeOffset now)
    {
        if (tables.Find(identity) is not { IsUnrouted: false } row
            || !tables.Consumers.TryGetValue(consumer, out var definition))
            return false;
        tables.Receive(row, definition, now);
        return true;
    }

    bool Discard(EventIdentity identity, string consumer, DateTimeOffset now)
    {
        var handling = tables.Find(identity)?.Handlings.Find(h => h.Consumer == consumer);
        if (handling is null or { State: HandlingState.Done or HandlingState.Skipped or HandlingState.Leased }) return false;
        tables.Set(handling with { State = new HandlingState.Skipped(now) });
        return true;
    }

    int Expire(DateTimeOffset before, DateTimeOffset now, int limit)
    {
        var lonely = tables.Rows.Where(r => r.NoConsumerSince < before && r.ExpiredAt is null && r.Handlings.Count == 0).Take(limit)
            .ToArray();
        foreach (var row in lonely) row.ExpiredAt = now;
        return lonely.Length;
    }

    Task<Either<StoreFailure, T>> Answer<T>(Func<T> work)
    {
        T answer;
        lock (gate) answer = work();
        signal.Set();
        return Task.FromResult(Either<StoreFailure, T>.Right(answer));
    }
}
