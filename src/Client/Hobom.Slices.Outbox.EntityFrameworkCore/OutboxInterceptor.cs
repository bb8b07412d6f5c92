using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>
/// Writes an event for each row that a save changes, in the save's own transaction. Where the save makes one, right before it
/// is committed, at each try of an execution strategy; in a transaction of the caller's, at the end of the save, which is taken
/// back to a savepoint where that fails. One interceptor may serve any number of contexts.
/// </summary>
public sealed class OutboxInterceptor : SaveChangesInterceptor, IDbTransactionInterceptor, IDbCommandInterceptor
{
    const string Savepoint = "hobom_outbox";

    readonly RowCapture capture;
    readonly RowEvents events;
    readonly OutboxWriter writer;
    readonly ReadCapture reads;
    readonly ConditionalWeakTable<DbContext, Save> saves = [];

    public OutboxInterceptor(OutboxCaptureOptions options)
    {
        var json = new RowJson(options);
        (capture, events, writer) = (new RowCapture(options, json), new RowEvents(options, json), new OutboxWriter(options.Writer));
        reads = new ReadCapture(options, json, events);
    }

    internal void NoteRead(MaterializationInterceptionData data) => reads.Note(data);

    /// <summary>
    /// What a query has read is written when it is over: in the transaction that it ran in, else in one of its own. The writer's
    /// statements are no queries of the context: they make no events.
    /// </summary>
    public InterceptionResult DataReaderClosing(DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        if (eventData.Context is not { } context || reads.Take(context) is not { Count: > 0 } read) return result;
        // A connection may have one reader at a time.
        eventData.DataReader.Close();
        using var own = OpensOwn(command) ? command.Connection!.BeginTransaction() : null;
        foreach (var given in read) writer.Write(command.Connection!, own ?? command.Transaction, given);
        own?.Commit();
        return result;
    }

    /// <inheritdoc cref="DataReaderClosing"/>
    public async ValueTask<InterceptionResult> DataReaderClosingAsync(
        DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        if (eventData.Context is not { } context || reads.Take(context) is not { Count: > 0 } read) return result;
        await eventData.DataReader.CloseAsync().ConfigureAwait(false);
        var own = OpensOwn(command) ? await command.Connection!.BeginTransactionAsync().ConfigureAwait(false) : null;
        try
        {
            foreach (var given in read)
            {
                await writer.WriteAsync(command.Connection!, own ?? command.Transaction, given, CancellationToken.None)
                    .ConfigureAwait(false);
            }

            if (own is not null) await own.CommitAsync().ConfigureAwait(false);
        }
        finally
        {
            if (own is not null) await own.DisposeAsync().ConfigureAwait(false);
        }

        return result;
    }

    static bool OpensOwn(DbCommand command) => command.Transaction is null && System.Transactions.Transaction.Current is null;

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        if (Begin(eventData.Context!) is { NeedsSavepoint: true } save)
        {
            eventData.Context!.Database.CurrentTransaction!.CreateSavepoint(Savepoint);
            save.HasSavepoint = true;
        }

        return result;
    }

    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (Begin(eventData.Context!) is { NeedsSavepoint: true } save)
        {
            await eventData.Context!.Database.CurrentTransaction!.CreateSavepointAsync(Savepoint, cancellationToken).ConfigureAwait(false);
            save.HasSavepoint = true;
        }

        return result;
    }

    /// <summary>Of the save's own transaction; a strategy that tries again begins another one.</summary>
    public DbTransaction TransactionStarted(DbConnection connection, TransactionEndEventData eventData, DbTransaction result)
    {
        NoteStarted(eventData);
        return result;
    }

    public ValueTask<DbTransaction> TransactionStartedAsync(
        DbConnection connection, TransactionEndEventData eventData, DbTransaction result, CancellationToken cancellationToken = default)
    {
        NoteStarted(eventData);
        return ValueTask.FromResult(result);
    }

    public InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        if (OwnOf(eventData) is { } save)
        {
            foreach (var given in events.Of(eventData.Context!, capture.CaptureWithin(eventData.Context!), save))
                writer.Write(transaction, given);
            save.IsWritten = true;
        }

        return result;
    }

    public async ValueTask<InterceptionResult> TransactionCommittingAsync(
        DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        if (OwnOf(eventData) is { } save)
        {
            foreach (var given in events.Of(eventData.Context!, capture.CaptureWithin(eventData.Context!), save))
                await writer.WriteAsync(transaction, given, cancellationToken).ConfigureAwait(false);
            save.IsWritten = true;
        }

        return result;
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        var context = eventData.Context!;
        if (End(context, result) is not { Rows: { Count: > 0 } rows } save) return result;
        try
        {
            // In a transaction of the environment's the save has given its connection back.
            context.Database.OpenConnection();
            foreach (var given in events.Of(context, rows, save))
                writer.Write(context.Database.GetDbConnection(), context.Database.CurrentTransaction?.GetDbTransaction(), given);
        }
        catch when (save.HasSavepoint)
        {
            context.Database.CurrentTransaction!.RollbackToSavepoint(Savepoint);
            throw;
        }
        finally
        {
            context.Database.CloseConnection();
        }

        if (save.HasSavepoint) context.Database.CurrentTransaction!.ReleaseSavepoint(Savepoint);
        return result;
    }

    public override async ValueTask<int> SavedChangesAsync(
        SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        var context = eventData.Context!;
        if (End(context, result) is not { Rows: { Count: > 0 } rows } save) return result;
        var transaction = context.Database.CurrentTransaction;
        try
        {
            await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            foreach (var given in events.Of(context, rows, save))
            {
                await writer.WriteAsync(context.Database.GetDbConnection(), transaction?.GetDbTransaction(), given, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        catch when (save.HasSavepoint)
        {
            await transaction!.RollbackToSavepointAsync(Savepoint, CancellationToken.None).ConfigureAwait(false);
            throw;
        }
        finally
        {
            await context.Database.CloseConnectionAsync().ConfigureAwait(false);
        }

        if (save.HasSavepoint) await transaction!.ReleaseSavepointAsync(Savepoint, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => Forget(eventData.Context!);

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        Forget(eventData.Context!);
        return Task.CompletedTask;
    }

    public override void SaveChangesCanceled(DbContextEventData eventData) => Forget(eventData.Context!);

    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        Forget(eventData.Context!);
        return Task.CompletedTask;
    }

    public override InterceptionResult ThrowingConcurrencyException(ConcurrencyExceptionEventData eventData, InterceptionResult result)
    {
        NoteConflict(eventData.Context!);
        return result;
    }

    public override ValueTask<InterceptionResult> ThrowingConcurrencyExceptionAsync(
        ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        NoteConflict(eventData.Context!);
        return ValueTask.FromResult(result);
    }

    Save? Begin(DbContext context)
    {
        Forget(context);
        if (!context.Database.IsRelational()) throw new NotSupportedException("events are written into a relational database");
        var database = context.Database;
        var joins = database.CurrentTransaction is not null || System.Transactions.Transaction.Current is not null
            || context.GetService<IRelationalConnection>() is ITransactionEnlistmentManager { EnlistedTransaction: not null };
        var save = new Save(database.AutoTransactionBehavior, joins);
        if (joins)
        {
            save.Rows = capture.CaptureAhead(context);
            save.NeedsSavepoint = save.Rows.Count > 0 && database.CurrentTransaction?.SupportsSavepoints is true;
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

    Save? End(DbContext context, int written)
    {
        if (!saves.TryGetValue(context, out var save)) return null;
        Forget(context);
        return !save.Joins && written > 0 && !save.IsWritten
            ? throw new InvalidOperationException("the rows were saved without a transaction to write their events in")
            : save;
    }

    /// <summary>
    /// A conflict may be the end of the save, of which nobody tells, or be settled by another interceptor: then the save goes on in
    /// the transaction that it has.
    /// </summary>
    void NoteConflict(DbContext context)
    {
        if (saves.TryGetValue(context, out var save)) save.MayHaveEnded = true;
    }

    void NoteStarted(TransactionEndEventData eventData)
    {
        if (eventData.Context is not { } context || !saves.TryGetValue(context, out var save) || save.Joins) return;
        if (save.MayHaveEnded) Forget(context);
        else save.TransactionId = eventData.TransactionId;
    }

    Save? OwnOf(TransactionEventData eventData) =>
        eventData.Context is { } context && saves.TryGetValue(context, out var save) && save.TransactionId == eventData.TransactionId
            ? save
            : null;

    void Forget(DbContext context)
    {
        if (!saves.TryGetValue(context, out var save)) return;
        saves.Remove(context);
        if (!save.Joins) context.Database.AutoTransactionBehavior = save.Behavior;
    }
}
