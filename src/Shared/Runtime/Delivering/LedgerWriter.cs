using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// Writes ledger changes in the order they were made, one batch at a time: what comes while a batch is
/// under way makes up the next one. The changes of a failed batch go again with the next that is asked for.
/// </summary>
sealed class LedgerWriter(Func<IReadOnlyDictionary<EventId, LedgerEntry?>, Task<Either<StoreFailure, Unit>>> write)
{
    readonly Lock gate = new();
    readonly Dictionary<EventId, LedgerEntry?> failed = [];
    Batch next = new();
    bool writing;

    /// <summary>Completes when the batch that holds these changes, and all before them, was written or failed.</summary>
    public Task<Either<StoreFailure, Unit>> Write(IReadOnlyCollection<KeyValuePair<EventId, LedgerEntry?>> changes)
    {
        Task<Either<StoreFailure, Unit>> done;
        bool start;
        lock (gate)
        {
            foreach (var (id, entry) in changes) next.Changes[id] = entry;
            next.Asked = true;
            done = next.Done.Task;
            start = !writing;
            writing = true;
        }

        if (start) _ = WriteBatchesAsync();
        return done;
    }

    /// <summary>The changes of failed batches are not to be written any more.</summary>
    public void Drop()
    {
        lock (gate) failed.Clear();
    }

    async Task WriteBatchesAsync()
    {
        while (TakeNext() is { } batch)
        {
            var result = batch.Changes.Count == 0 ? Unit.Default : await WriteAsync(batch.Changes);
            if (result.IsLeft)
            {
                lock (gate)
                {
                    foreach (var (id, entry) in batch.Changes) failed[id] = entry;
                }
            }

            batch.Done.SetResult(result);
        }
    }

    /// <summary>A port that throws is a bug, and must not keep those waiting who asked for the write.</summary>
    async Task<Either<StoreFailure, Unit>> WriteAsync(IReadOnlyDictionary<EventId, LedgerEntry?> changes)
    {
        try
        {
            return await write(changes);
        }
        catch (Exception bug)
        {
            return new StoreFailure($"internal error: {bug.GetType().Name}: {bug.Message}");
        }
    }

    Batch? TakeNext()
    {
        lock (gate)
        {
            if (!next.Asked)
            {
                writing = false;
                return null;
            }

            var batch = next;
            next = new Batch();
            foreach (var (id, entry) in failed) batch.Changes.TryAdd(id, entry);
            failed.Clear();
            return batch;
        }
    }

    sealed class Batch
    {
        public Dictionary<EventId, LedgerEntry?> Changes { get; } = [];

        public bool Asked { get; set; }

        public TaskCompletionSource<Either<StoreFailure, Unit>> Done { get; } = new();
    }
}
