using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>What this process knows of one flow's events, beside what is lasting.</summary>
/// <param name="Holds">Which event a visit or a replay has in hand.</param>
/// <param name="Pending">Which rows the outbox last said were PENDING.</param>
sealed record FlowMemory(DeliveryLedger Ledger, InFlightEvents Holds, PendingRows Pending);

/// <summary>
/// Takes from the rows those that may be published now. The others are seen to here: what is already in Kafka gets its mark,
/// what may be is looked up there, and what a replay has in hand is left to it.
/// </summary>
sealed class VisitIntake(
    RelayRoute route, VisitShards shards, FlowMemory memory, VisitHolds holds, DeliveryPorts ports, Settler settler, VisitCounters tally,
    int chunkRows, CancellationToken stopping)
{
    bool begun;

    /// <param name="areAll">No other row is pending beside those of this visit.</param>
    public async Task<IReadOnlyList<TRow>> AdmitAsync<TRow>(IReadOnlyList<TRow> rows, bool areAll)
        where TRow : IPendingRow
    {
        var pending = new System.Collections.Generic.HashSet<EventId>(rows.Count);
        pending.UnionWith(rows.Select(r => r.EventId).OfType<EventId>());
        memory.Pending.Note(shards.Numbers, pending, isFirst: !begun, areAll);
        begun = true;
        if (!(await memory.Ledger.EnsureLoadedAsync(shards.Numbers)).TryGetRight(out _, out var failure))
        {
            LeaveAll(rows.Count, failure);
            return [];
        }

        if (areAll) await ForgetAbsentAsync();
        var taken = pending.Where(holds.TryTake).ToHashSet();
        var sorted = VisitAdmission.Sort(rows, taken, memory.Ledger.Find);
        tally.LeftPending(sorted.Elsewhere);
        var admitted = sorted.Admitted.ToList();
        var published = sorted.Published.ToList();
        var written = await FindWrittenAsync([.. sorted.InDoubt.Select(d => (d.Id, d.Entry))]);
        foreach (var (row, id, _) in sorted.InDoubt)
        {
            if (written is null) tally.LeftPending();
            else if (written.TryGetValue(id, out var at)) NoteFound(id, at);
            else admitted.Add(row);
        }

        await RemarkAsync(published);
        return admitted;

        void NoteFound(EventId id, RecordPosition at)
        {
            published.Add(id);
            memory.Ledger.NotePublished([id], at);
        }
    }

    /// <summary>Which of the events in doubt have a record; null where Kafka could not be asked.</summary>
    async Task<IReadOnlyDictionary<EventId, RecordPosition>?> FindWrittenAsync(List<(EventId Id, LedgerEntry Entry)> inDoubt)
    {
        if (inDoubt.Count == 0) return System.Collections.Immutable.ImmutableDictionary<EventId, RecordPosition>.Empty;
        var answer = await ports.FindWritten(route.Topic, inDoubt.Min(d => d.Entry.Since), inDoubt.ConvertAll(d => d.Id), stopping);
        if (answer.TryGetRight(out var written, out var failure)) return written;
        tally.Problem(
            VisitStage.Publish, $"Kafka: {inDoubt.Count} events may have been written, and could not be looked up: {failure.Message}");
        return null;
    }

    /// <summary>A letter that is held outlives any time: its replay has to know what the ledger knows.</summary>
    async Task ForgetAbsentAsync()
    {
        var absent = memory.Ledger.LongAbsent(
            shards.Numbers, id => memory.Pending.Has(id) is true, id => memory.Holds.HolderOf(id) is not null);
        if (absent.Count == 0) return;
        if ((await ports.Letters.FindKept([.. absent.Select(KeyOf)])).TryGetRight(out var kept, out _))
            memory.Ledger.Forget([.. absent.Where(id => !kept.Contains(KeyOf(id)))]);
    }

    async Task RemarkAsync(List<EventId> published)
    {
        foreach (var chunk in published.Chunk(chunkRows))
        {
            var keys = Array.ConvertAll(chunk, KeyOf);
            if ((await ports.Letters.FindExisting(keys)).TryGetRight(out var letters, out var failure))
                await Task.WhenAll(keys.Zip(chunk, (key, id) => settler.MarkLateAsync(id, key, letters.Contains(key))));
            else LeaveAll(chunk.Length, failure);
        }
    }

    DeadLetterKey KeyOf(EventId id) => new(route.Category, id.Value);

    void LeaveAll(int rows, StoreFailure failure)
    {
        tally.Problem(VisitStage.Redis, $"Redis: {failure.Message}");
        tally.LeftPending(rows);
    }
}
