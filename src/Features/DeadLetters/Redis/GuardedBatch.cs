using Hobom.Slices.Runtime.Redis;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

static class GuardedBatch
{
    const int BatchSize = 100;

    /// <summary>
    /// Writes for each item only where its conditions hold. Many go in one transaction; one that does not commit is
    /// tried again item by item.
    /// </summary>
    /// <returns>The items that were written.</returns>
    public static async Task<IReadOnlyList<T>> WriteAsync<T>(
        IDatabase db, IReadOnlyList<T> items, Func<T, IEnumerable<Condition>> conditions,
        Func<ITransaction, T, IEnumerable<Task>> queue)
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

        Task<bool> CommitAsync(T[] some)
        {
            var transaction = db.CreateTransaction();
            foreach (var condition in some.SelectMany(conditions)) transaction.AddCondition(condition);
            return transaction.CommitAsync([.. some.SelectMany(item => queue(transaction, item))]);
        }
    }
}
