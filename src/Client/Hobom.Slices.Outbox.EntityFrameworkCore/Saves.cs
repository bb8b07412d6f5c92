using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>
/// The saves that are under way, one of a context at most. Of some nobody tells that they have ended: one that a conflict or
/// another interceptor has stopped stays here until the next, and is bound to no transaction but the one that its statements ran in.
/// </summary>
sealed class Saves(RowCapture capture, NamedMembers named)
{
    readonly ConditionalWeakTable<DbContext, Save> saves = [];

    public Save Begin(DbContext context)
    {
        Forget(context);
        if (!context.Database.IsRelational()) throw new NotSupportedException("events are written into a relational database");
        named.Check(context.Model);
        var database = context.Database;
        var save = new Save(database.AutoTransactionBehavior, RunningTransaction.IsThere(context));
        if (save.Joins)
        {
            save.Rows = capture.CaptureAhead(context);
            if (save.Rows.Count > 0 && database.CurrentTransaction?.SupportsSavepoints is true) save.Changes = TrackedChanges.Of(context);
        }
        else
        {
            if (database.AutoTransactionBehavior is AutoTransactionBehavior.Never)
                throw new InvalidOperationException(
                    "without a transaction rows and events would be written apart: AutoTransactionBehavior is Never");
            database.AutoTransactionBehavior = AutoTransactionBehavior.Always;
        }

        saves.AddOrUpdate(context, save);
        return save;
    }

    /// <summary>At each try of an execution strategy it is another transaction.</summary>
    public void NoteStatement(CommandEventData statement)
    {
        if (statement.CommandSource is not CommandSource.SaveChanges || statement.Context is not { } context
            || !saves.TryGetValue(context, out var save)) return;
        save.NoteStatement(context.Database.CurrentTransaction?.TransactionId);
    }

    /// <summary>Somebody may take it for settled, and then the save goes on.</summary>
    public void NoteConflict(ConcurrencyExceptionEventData conflict)
    {
        if (conflict.Context is { } context && saves.TryGetValue(context, out var save))
            save.NoteConflict(conflict.Entries.Select(e => e.Entity));
    }

    /// <summary>The save that made the transaction for itself and has written rows in it.</summary>
    public Save? OwnOf(TransactionEventData transaction) =>
        transaction.Context is { } context && saves.TryGetValue(context, out var save) && !save.Joins
        && save.TransactionId == transaction.TransactionId
            ? save
            : null;

    /// <param name="written">Rows, as the save tells.</param>
    /// <returns>What has still to be announced, in the transaction that the save has joined; null: nothing.</returns>
    public Save? End(DbContext context, int written)
    {
        if (!saves.TryGetValue(context, out var save)) return null;
        Forget(context);
        if (written > 0 && !(save.Joins ? save.HasRun : save.IsWritten))
            throw new InvalidOperationException("the save has run no statement in a transaction to write its events in");
        return save is { Joins: true, HasRun: true, Rows.Count: > 0 } ? save : null;
    }

    public void Forget(DbContext context)
    {
        if (!saves.TryGetValue(context, out var save)) return;
        saves.Remove(context);
        if (!save.Joins && context.Database.AutoTransactionBehavior is AutoTransactionBehavior.Always)
            context.Database.AutoTransactionBehavior = save.Behavior;
    }
}
