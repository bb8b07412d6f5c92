using System.Data;
using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>The calls of a group in its open transaction, and what became of each.</summary>
/// <param name="savepoint">Set before the first call; what a call wrote lies behind it.</param>
sealed class GroupCalls(HandlerGroup group, string savepoint)
{
    readonly TransactionEnd[] ends = [.. group.Calls.Select(_ => new TransactionEnd.NotBegun())];
    readonly List<int> worked = [];

    public IReadOnlyList<TransactionEnd> Ends => ends;

    /// <returns>Whether there is something to commit.</returns>
    public async Task<bool> RunAsync(DbConnection connection, DbTransaction transaction, CancellationToken stopping)
    {
        for (var index = 0; index < group.Calls.Count; index++)
        {
            // Until it is committed: whatever happens now, it was called.
            ends[index] = new TransactionEnd.RolledBack();
            var given = new HandlerTransaction(connection, transaction, []);
            var result = await group.Calls[index].Work(given, stopping);
            var next = group.After();
            if (!result.TryGetRight(out _, out var failure)) ends[index] = new TransactionEnd.WorkFailed(failure);
            if (next is NextInGroup.RollBack) return false;
            // One that has left the transaction as it was has nothing to keep or to take back.
            if (given.IsUsed && !await EndCallAsync(index, result.IsRight, connection, transaction, stopping)) return false;
            if (!given.IsUsed && result.IsRight) worked.Add(index);
            if (next is NextInGroup.Commit) break;
        }

        return worked.Count > 0;
    }

    public IReadOnlyList<Closing> Closings() =>
        [.. worked.Select(i => group.Calls[i].Claimed).Select(c => new Closing(c.HandlingId, c.Token, new TryEnd.Done()))];

    /// <summary>One that is another process's by now takes the whole transaction with it.</summary>
    public bool AreClosed(IReadOnlySet<Guid> closed)
    {
        var lost = worked.Where(i => !closed.Contains(group.Calls[i].Claimed.HandlingId)).ToArray();
        foreach (var index in lost) ends[index] = new TransactionEnd.LeaseLost();
        return lost.Length == 0;
    }

    /// <summary>Why the transaction came to no good end; it says something to those that were not called.</summary>
    public void NoteFailure(StoreFailure failure)
    {
        for (var index = 0; index < ends.Length; index++)
            if (ends[index] is TransactionEnd.NotBegun) ends[index] = new TransactionEnd.NotBegun { Failure = failure };
    }

    public void NoteCommit()
    {
        foreach (var index in worked) ends[index] = new TransactionEnd.Committed();
    }

    /// <summary>What a call did stays, or is taken back.</summary>
    /// <returns>False where not even that is possible.</returns>
    async Task<bool> EndCallAsync(
        int index, bool succeeded, DbConnection connection, DbTransaction transaction, CancellationToken stopping)
    {
        if (succeeded)
        {
            try
            {
                await connection.Command(transaction, $"release savepoint {savepoint}; savepoint {savepoint}").RunAsync(stopping);
                worked.Add(index);
                return true;
            }
            catch (Exception ended) when (SqlEdge.IsOfDatabase(ended))
            {
                ends[index] = SqlClosing.NoTransactionLeft(ended);
            }
        }

        try
        {
            await connection.Command(transaction, $"rollback to savepoint {savepoint}").RunAsync(stopping);
            return true;
        }
        catch (Exception ended) when (SqlEdge.IsOfDatabase(ended))
        {
            if (connection.State is ConnectionState.Open) NoteEnded();
            return false;
        }
    }

    /// <summary>The handler ended the transaction itself, and with a commit it kept what the calls before it wrote: that is told.</summary>
    void NoteEnded()
    {
        foreach (var index in worked)
        {
            ends[index] = new TransactionEnd.WorkFailed(
                new TryFailure.Transient("the handler ended, at a later event, the transaction that this one was in")
                {
                    Kind = FailureKind.NotCommitted,
                });
        }
    }
}
