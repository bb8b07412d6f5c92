using Hobom.Slices.Runtime.Redis;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

static class GuardedBatch
{
    const int BatchSize = 100;

    /// <summary>
    /// Writes for each item only where its guards hold. Many go in one write; one that is prevented is tried again item
    /// by item.
    /// </summary>
    /// <returns>The items that were written.</returns>
    public static async Task<IReadOnlyList<T>> WriteAsync<T>(IDatabase db, IReadOnlyList<T> items, Func<T, GuardedWrite> writeOf)
    {
        var written = new List<T>(items.Count);
        foreach (var batch in items.Chunk(BatchSize))
        {
            if (await CommitAsync(batch)) written.AddRange(batch);
            else if (batch.Length > 1)
                foreach (var item in batch)
                    if (await CommitAsync([item])) written.Add(item);
        }

        return written;

        async Task<bool> CommitAsync(T[] some)
        {
            var writes = some.Select(writeOf).ToList();
            var all = new GuardedWrite([.. writes.SelectMany(w => w.Commands)], [.. writes.SelectMany(w => w.Guards)]);
            return await db.CommitAsync(all) is WriteOutcome.Written;
        }
    }
}
