using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// The ledger of one shard, or of a flow that is not divided: what <see cref="DeliveryLedger"/> says of its events.
/// </summary>
sealed class ShardLedger(LedgerPort lasting, TimeProvider clock)
{
    /// <summary>
    /// What need not be written at once waits for a write that must be, as long as not more than this many do, and not more
    /// than this part of what is on its way: in a backlog the note that a chunk begins takes the ends of earlier ones along.
    /// </summary>
    const int WaitingLimit = 256;

    const int WaitingPart = 4;

    readonly Lock gate = new();
    readonly Dictionary<EventId, LedgerEntry> entries = [];
    readonly LedgerWriter writer = new(lasting.Write);
    bool loaded;

    /// <summary>Reads the lasting copy once. Until that worked, nobody knows what an earlier process published.</summary>
    public async Task<Either<StoreFailure, Unit>> EnsureLoadedAsync()
    {
        if (loaded) return Unit.Default;
        var read = await lasting.Load();
        return read.Map(found =>
        {
            lock (gate)
            {
                // A visit and a replay may both have asked: the slower answer is older than what was done since.
                if (loaded) return Unit.Default;
                foreach (var (id, entry) in found) entries.Add(id, InDoubtAfterRestart(entry));
                loaded = true;
            }

            return Unit.Default;
        });
    }

    /// <summary>
    /// Forgets everything, once the writes under way have ended: another process may have had the flow before it is
    /// read again. Nothing of the flow may be under way.
    /// </summary>
    public async Task ForgetAllAsync()
    {
        await FlushAsync();
        lock (gate)
        {
            entries.Clear();
            writer.Drop();
            loaded = false;
        }
    }

    /// <summary>Learns what another process has noted of an event that this one holds.</summary>
    public async Task<Either<StoreFailure, Unit>> RereadAsync(EventId id)
    {
        await FlushAsync();
        var read = await lasting.Load();
        return read.Map(found =>
        {
            if (!found.TryGetValue(id, out var entry)) return Unit.Default;
            lock (gate)
            {
                if (entry.State is LedgerState.Published || !entries.ContainsKey(id)) entries[id] = InDoubtAfterRestart(entry);
            }

            return Unit.Default;
        });
    }

    public LedgerEntry? Find(EventId id)
    {
        lock (gate) return entries.GetValueOrDefault(id);
    }

    /// <summary>Notes, lastingly, that the events are about to be published. Without that note nothing may go out.</summary>
    public Task<Either<StoreFailure, Unit>> BeginAsync(IReadOnlyCollection<EventId> ids)
    {
        var now = clock.GetUtcNow();
        return Change(ids, old => old is null
            ? new LedgerEntry(LedgerState.Begun, now, 0)
            : old with { State = LedgerState.Begun });
    }

    /// <summary>
    /// The broker has them. Written soon and not waited for: until it is, a process that starts after a crash asks Kafka.
    /// </summary>
    /// <param name="at">Of the one record that carries them; null where it is not known.</param>
    public void NotePublished(IReadOnlyCollection<EventId> ids, RecordPosition? at)
    {
        var now = clock.GetUtcNow();
        lasting.Keep([.. ids.Select(id => new PublishedEvent(id, at, now))]);
        ChangeSoon(ids, old => (old ?? new LedgerEntry(LedgerState.Begun, now, 0)) with { State = LedgerState.Published });
    }

    public void NoteUnknown(IReadOnlyCollection<EventId> ids)
    {
        var now = clock.GetUtcNow();
        _ = Change(ids, old =>
        {
            var entry = old ?? new LedgerEntry(LedgerState.Begun, now, 0);
            return entry with { Unknowns = entry.Unknowns + 1 };
        });
    }

    /// <summary>They are settled.</summary>
    public void Forget(IReadOnlyCollection<EventId> ids) => ChangeSoon(ids, _ => null);

    /// <summary>They are left PENDING: forgets those of which no publish, in any visit, can have been written.</summary>
    public void ForgetUnwritten(IReadOnlyCollection<EventId> ids) =>
        ChangeSoon(ids, old => old is { State: LedgerState.Begun, Unknowns: 0 } ? null : old);

    /// <summary>As <see cref="DeliveryLedger.LongAbsent"/>.</summary>
    public IReadOnlyList<EventId> LongAbsent(Func<EventId, bool> isPending, Func<EventId, bool> inHand)
    {
        var limit = clock.GetUtcNow() - DeadLetter.TimeToLive * 2;
        lock (gate) return [.. entries.Where(e => e.Value.Since < limit && !isPending(e.Key) && !inHand(e.Key)).Select(e => e.Key)];
    }

    /// <summary>Completes when all changes so far are lasting, or could not be made so.</summary>
    public Task<Either<StoreFailure, Unit>> FlushAsync() => writer.WriteAll();

    /// <summary>A publish that was under way when its process died is one that ended unknown.</summary>
    static LedgerEntry InDoubtAfterRestart(LedgerEntry entry) =>
        entry.State is LedgerState.Begun ? entry with { Unknowns = entry.Unknowns + 1 } : entry;

    Task<Either<StoreFailure, Unit>> Change(IReadOnlyCollection<EventId> ids, Func<LedgerEntry?, LedgerEntry?> change)
    {
        Note(ids, change);
        return writer.WriteAll();
    }

    void ChangeSoon(IReadOnlyCollection<EventId> ids, Func<LedgerEntry?, LedgerEntry?> change)
    {
        var onTheirWay = Note(ids, change);
        if (writer.Waiting >= Math.Clamp(onTheirWay / WaitingPart, 1, WaitingLimit)) _ = writer.WriteAll();
    }

    /// <returns>How many events are on their way.</returns>
    int Note(IReadOnlyCollection<EventId> ids, Func<LedgerEntry?, LedgerEntry?> change)
    {
        lock (gate)
        {
            foreach (var id in ids)
            {
                var old = entries.GetValueOrDefault(id);
                var entry = change(old);
                if (entry == old) continue;
                if (entry is null) entries.Remove(id);
                else entries[id] = entry;
                writer.Note(id, entry);
            }

            return entries.Count;
        }
    }
}
