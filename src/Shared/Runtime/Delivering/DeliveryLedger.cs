using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// One flow's memory of what is on its way: what was begun or published but not marked. It has a lasting copy, read when
/// the process gets the flow, or the event's shard of it. With <see cref="InFlightEvents"/> this is the only process-local memory
/// between poll and mark.
/// </summary>
public sealed class DeliveryLedger
{
    readonly ShardLedger[] shards;
    readonly ShardCount count;

    /// <param name="lasting">By shard; of a flow that is not divided, one.</param>
    public DeliveryLedger(IReadOnlyList<LedgerPort> lasting, TimeProvider clock) =>
        (shards, count) = ([.. lasting.Select(port => new ShardLedger(port, clock))], new ShardCount(lasting.Count));

    public DeliveryLedger(LedgerPort lasting, TimeProvider clock)
        : this([lasting], clock)
    {
    }

    /// <summary>Reads the lasting copies once. Until that worked, nobody knows what an earlier process published.</summary>
    /// <param name="numbers">Of the shards, which are held.</param>
    public Task<Either<StoreFailure, Unit>> EnsureLoadedAsync(IReadOnlyList<int> numbers) =>
        AllAsync(numbers.Select(number => shards[number].EnsureLoadedAsync()));

    /// <summary>The same for the event's shard.</summary>
    public Task<Either<StoreFailure, Unit>> EnsureLoadedAsync(EventId id) => Of(id).EnsureLoadedAsync();

    /// <summary>
    /// Forgets a shard, once the writes under way have ended: another process may have had it before it is read again.
    /// Nothing of it may be under way.
    /// </summary>
    public Task ForgetAllAsync(int number) => shards[number].ForgetAllAsync();

    /// <summary>Learns what another process has noted of an event that this one holds.</summary>
    public Task<Either<StoreFailure, Unit>> RereadAsync(EventId id) => Of(id).RereadAsync(id);

    public LedgerEntry? Find(EventId id) => Of(id).Find(id);

    /// <summary>Notes, lastingly, that the events are about to be published. Without that note nothing may go out.</summary>
    public Task<Either<StoreFailure, Unit>> BeginAsync(IReadOnlyCollection<EventId> ids) =>
        AllAsync(ByShard(ids).Select(own => own.Ledger.BeginAsync(own.Ids)));

    /// <summary>
    /// The broker has them. Written soon and not waited for: until it is, a process that starts after a crash asks Kafka.
    /// </summary>
    /// <param name="at">Of the one record that carries them; null where it is not known.</param>
    public void NotePublished(IReadOnlyCollection<EventId> ids, RecordPosition? at)
    {
        foreach (var (ledger, own) in ByShard(ids)) ledger.NotePublished(own, at);
    }

    public void NoteUnknown(IReadOnlyCollection<EventId> ids)
    {
        foreach (var (ledger, own) in ByShard(ids)) ledger.NoteUnknown(own);
    }

    /// <summary>They are settled.</summary>
    public void Forget(IReadOnlyCollection<EventId> ids)
    {
        foreach (var (ledger, own) in ByShard(ids)) ledger.Forget(own);
    }

    /// <summary>They are left PENDING: forgets those of which no publish, in any visit, can have been written.</summary>
    public void ForgetUnwritten(IReadOnlyCollection<EventId> ids)
    {
        foreach (var (ledger, own) in ByShard(ids)) ledger.ForgetUnwritten(own);
    }

    /// <summary>
    /// What a complete list of pending rows no longer shows, for so long that a letter of it has expired, unless somebody
    /// keeps it: whoever has no letter of it may forget it. Remembering too long costs a little memory, and
    /// forgetting too early doubles an event.
    /// </summary>
    /// <param name="numbers">The shards whose rows the list would show.</param>
    /// <param name="inHand">What somebody works on is not among them.</param>
    public IReadOnlyList<EventId> LongAbsent(IReadOnlyList<int> numbers, Func<EventId, bool> isPending, Func<EventId, bool> inHand) =>
        [.. numbers.SelectMany(number => shards[number].LongAbsent(isPending, inHand))];

    /// <summary>Completes when all changes so far are lasting, or could not be made so.</summary>
    public Task<Either<StoreFailure, Unit>> FlushAsync() => AllAsync(shards.Select(shard => shard.FlushAsync()));

    ShardLedger Of(EventId id) => shards[count.Of(id)];

    IEnumerable<(ShardLedger Ledger, IReadOnlyCollection<EventId> Ids)> ByShard(IReadOnlyCollection<EventId> ids) =>
        shards.Length == 1
            ? [(shards[0], ids)]
            : ids.GroupBy(id => count.Of(id)).Select(own => (shards[own.Key], (IReadOnlyCollection<EventId>)[.. own]));

    /// <summary>All are waited for; the first failure is told.</summary>
    static async Task<Either<StoreFailure, Unit>> AllAsync(IEnumerable<Task<Either<StoreFailure, Unit>>> parts)
    {
        foreach (var part in await Task.WhenAll(parts))
            if (part.IsLeft) return part;
        return Unit.Default;
    }
}
