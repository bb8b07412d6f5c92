using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Memory;

sealed class MemoryReading(MemoryTables tables, Lock gate)
{
    public EventReader AsReader() => new(
        (identity, _) => Answer<Option<StoredEvent>>(
            () => tables.Find(identity) is { } row ? row.AsStored() : default(Option<StoredEvent>)),
        (filter, limit, _) => Answer<IReadOnlyList<StoredEvent>>(() =>
            [.. tables.Rows.Reverse().Select(r => r.AsStored()).Where(filter.Fits).Take(limit)]),
        (after, limit, _) => Answer<IReadOnlyList<StoredEvent>>(() =>
            [.. tables.Rows.Where(r => r.RoutedNo > after).OrderBy(r => r.RoutedNo).Take(limit).Select(r => r.AsStored())]),
        _ => Answer(Count),
        (now, _) => Answer<IReadOnlyList<ConsumerBacklog>>(() => [.. Backlog(now)]),
        _ => Answer(() => tables.Rows.Max(r => r.RoutedNo) ?? 0));

    StoreCounts Count()
    {
        var all = tables.Rows.Select(r => r.AsStored()).ToArray();
        var open = all.Where(e => e.Status is EventStatus.Pending or EventStatus.Processing).ToArray();
        long Events(EventStatus status) => all.Count(e => e.Status == status);
        return new StoreCounts(
            Events(EventStatus.Pending), Events(EventStatus.Processing), Events(EventStatus.Completed), Events(EventStatus.Failed),
            all.Count(e => e.NoConsumerSince is not null && e.ExpiredAt is null),
            open.Length == 0 ? null : open.Min(e => e.Event.CreatedAt),
            [.. all.SelectMany(e => e.Handlings).GroupBy(h => h.Consumer, StringComparer.Ordinal)
                .OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => CountsOf(g.Key, [.. g]))])
        {
            Expired = Events(EventStatus.Expired),
        };
    }

    IEnumerable<ConsumerBacklog> Backlog(DateTimeOffset now) => tables.Rows.SelectMany(r => r.Handlings).Where(h => h.State.IsOpen)
        .GroupBy(h => h.Consumer, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
        .Select(g => new ConsumerBacklog(
            g.Key, g.Count(h => h.State is not HandlingState.Leased), g.Count(h => h.State is HandlingState.Leased),
            g.Where(h => ClaimOrder.IsDue(h, now)).Min(h => (long?)h.Position)));

    static ConsumerCounts CountsOf(string consumer, Handling[] handlings)
    {
        long In<TState>() => handlings.Count(h => h.State is TState);
        return new ConsumerCounts(
            consumer, In<HandlingState.Waiting>(), In<HandlingState.Leased>(), In<HandlingState.Failed>(), In<HandlingState.Done>(),
            In<HandlingState.Dead>(), In<HandlingState.Skipped>());
    }

    Task<Either<StoreFailure, T>> Answer<T>(Func<T> work)
    {
        lock (gate) return Task.FromResult(Either<StoreFailure, T>.Right(work()));
    }
}
