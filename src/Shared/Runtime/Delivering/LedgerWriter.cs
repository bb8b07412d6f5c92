using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// Writes ledger changes in the order they were made, in batches. The changes of a failed batch go again with the next that
/// is asked for.
/// </summary>
sealed class LedgerWriter
{
    readonly Lock gate = new();
    readonly Dictionary<EventId, LedgerEntry?> unwritten = [];
    readonly Func<IReadOnlyDictionary<EventId, LedgerEntry?>, Task<Either<StoreFailure, Unit>>> write;
    readonly BatchedWrites<KeyValuePair<EventId, LedgerEntry?>> batches;

    public LedgerWriter(Func<IReadOnlyDictionary<EventId, LedgerEntry?>, Task<Either<StoreFailure, Unit>>> write)
    {
        this.write = write;
        batches = new BatchedWrites<KeyValuePair<EventId, LedgerEntry?>>(WriteAsync);
    }

    /// <summary>Completes when the batch that holds these changes, and all before them, was written or failed.</summary>
    public Task<Either<StoreFailure, Unit>> Write(IReadOnlyCollection<KeyValuePair<EventId, LedgerEntry?>> changes) =>
        batches.Write(changes);

    /// <summary>The changes of failed batches are not to be written any more.</summary>
    public void Drop()
    {
        lock (gate) unwritten.Clear();
    }

    async Task<Either<StoreFailure, Unit>> WriteAsync(IReadOnlyList<KeyValuePair<EventId, LedgerEntry?>> fresh)
    {
        Dictionary<EventId, LedgerEntry?> changes;
        lock (gate)
        {
            foreach (var (id, entry) in fresh) unwritten[id] = entry;
            changes = new Dictionary<EventId, LedgerEntry?>(unwritten);
        }

        if (changes.Count == 0) return Unit.Default;
        var result = await write(changes);
        if (result.IsRight) Drop();
        return result;
    }
}
