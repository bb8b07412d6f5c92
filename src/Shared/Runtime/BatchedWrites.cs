using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime;

/// <summary>
/// Writes items in the order they were given, one batch at a time: what comes while a batch is under way makes up the
/// next one.
/// </summary>
public sealed class BatchedWrites<T>(Func<IReadOnlyList<T>, Task<Either<StoreFailure, Unit>>> write)
{
    readonly Lock gate = new();
    Batch? next;
    bool writing;

    /// <summary>
    /// Completes when the batch that holds these items, and all before them, was written or failed. No items are a batch
    /// too.
    /// </summary>
    public Task<Either<StoreFailure, Unit>> Write(IReadOnlyCollection<T> items)
    {
        Task<Either<StoreFailure, Unit>> done;
        bool start;
        lock (gate)
        {
            next ??= new Batch();
            next.Items.AddRange(items);
            done = next.Done.Task;
            (start, writing) = (!writing, true);
        }

        if (start) _ = WriteBatchesAsync();
        return done;
    }

    async Task WriteBatchesAsync()
    {
        while (TakeNext() is { } batch) batch.Done.SetResult(await WriteAsync(batch.Items));
    }

    /// <summary>A write that throws is a bug, and must not keep those waiting who asked for it.</summary>
    async Task<Either<StoreFailure, Unit>> WriteAsync(IReadOnlyList<T> items)
    {
        try
        {
            return await write(items);
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
            (var batch, next) = (next, null);
            writing = batch is not null;
            return batch;
        }
    }

    sealed class Batch
    {
        public List<T> Items { get; } = [];

        public TaskCompletionSource<Either<StoreFailure, Unit>> Done { get; } = new();
    }
}
