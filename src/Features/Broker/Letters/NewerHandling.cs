using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;

namespace Hobom.Slices.Broker.Letters;

/// <summary>Whether the consumer of a dead letter is through with a later event of its key: a replay would come after it.</summary>
/// <param name="retention">What is done is removed at this age.</param>
sealed class NewerHandling(Func<BrokerStore?> storeNow, TimeSpan retention, TimeProvider clock)
{
    /// <summary>Later events that are looked through.</summary>
    const int Limit = 10_000;

    public async Task<NewerEvent> FindAsync(DeadLetterKey key)
    {
        if (storeNow() is not { } store) return new NewerEvent.Away(new StoreFailure("the broker's store is not open yet"));
        if (BrokerLetters.HandlingOf(key) is not { } id) return new NewerEvent.NotKept();
        if (!(await store.Dead.One(id, default)).TryGetRight(out var found, out var failure)) return new NewerEvent.Away(failure);
        if (found.Case is not EventHandling handling) return new NewerEvent.NotKept();
        return (await store.Dead.Newer(handling, Limit, default)).Match(
            Right: newer => newer is NewerEvent.None && MayHaveBeenRemoved(handling) ? new NewerEvent.NotKept() : newer,
            Left: away => new NewerEvent.Away(away));
    }

    bool MayHaveBeenRemoved(EventHandling handling)
    {
        var kept = clock.GetUtcNow() - retention;
        return handling.Event.CreatedAt < kept || handling.Handling.StartedAt < kept;
    }
}
