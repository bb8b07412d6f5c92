using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// Writes ledger changes in batches, of each event the last one. The changes of a failed batch go again with the next that
/// is asked for.
/// </summary>
sealed class LedgerWriter
{
    readonly Lock gate = new();
    readonly Func<IReadOnlyDictionary<EventId, LedgerEntry?>, Task<Either<StoreFailure, Unit>>> write;
    readonly BatchedWrites<Unit> batches;
    Dictionary<EventId, LedgerEntry?> unwritten = [];

    public LedgerWriter(Func<IReadOnlyDictionary<EventId, LedgerEntry?>, Task<Either<StoreFailure, Unit>>> write)
    {
        this.write = write;
        batches = new BatchedWrites<Unit>(_ => WriteAsync());
    }

    /// <summary>How many events have a change that no batch has taken along.</summary>
    public int Waiting
    {
        get
        {
            lock (gate) return unwritten.Count;
        }
    }

    /// <summary>Goes along with the next batch; none is begun for it.</summary>
    public void Note(EventId id, LedgerEntry? entry)
    {
        lock (gate) unwritten[id] = entry;
    }

    /// <summary>Completes when the batch that holds all changes so far was written or failed.</summary>
    public Task<Either<StoreFailure, Unit>> WriteAll() => batches.Write([]);

    /// <summary>What waits, the changes of failed batches too, is not to be written any more.</summary>
    public void Drop()
    {
        lock (gate) unwritten.Clear();
    }

    async Task<Either<StoreFailure, Unit>> WriteAsync()
    {
        if (Take() is not { } changes) return Unit.Default;
        var isWritten = false;
        try
        {
            var result = await write(changes);
            isWritten = result.IsRight;
            return result;
        }
        finally
        {
            if (!isWritten) PutBack(changes);
        }
    }

    /// <summary>Null where there is nothing.</summary>
    Dictionary<EventId, LedgerEntry?>? Take()
    {
        lock (gate)
        {
            if (unwritten.Count == 0) return null;
            (var changes, unwritten) = (unwritten, []);
            return changes;
        }
    }

    /// <summary>What came meanwhile is newer.</summary>
    void PutBack(Dictionary<EventId, LedgerEntry?> changes)
    {
        lock (gate)
        {
            foreach (var (id, entry) in changes) unwritten.TryAdd(id, entry);
        }
    }
}
