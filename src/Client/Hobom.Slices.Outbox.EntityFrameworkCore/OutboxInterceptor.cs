using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
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
    readonly Saves saves;

    public OutboxInterceptor(OutboxCaptureOptions options)
    {
        var (visibility, named) = (new Visibility(options), new NamedMembers(options));
        var json = new RowJson(visibility);
        (capture, events) = (new RowCapture(options, visibility, json), new RowEvents(options, json));
        writer = new OutboxWriter(options.Writer);
        (reads, saves) = (new ReadCapture(options, visibility, named, json, events, writer), new Saves(capture, named));
    }

    internal void NoteRead(MaterializationInterceptionData data, object entity) => reads.Note(data, entity);

    /// <summary>
    /// What a query has read is written when it is over: in the transaction that it ran in, else in one of its own. The writer's
    /// statements are no queries of the context: they make no events.
    /// </summary>
    public InterceptionResult DataReaderClosing(DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        if (eventData.Context is { } context) reads.Write(context, command, eventData.DataReader);
        return result;
    }

    /// <inheritdoc cref="DataReaderClosing"/>
    public async ValueTask<InterceptionResult> DataReaderClosingAsync(
        DbCommand command, DataReaderClosingEventData eventData, InterceptionResult result)
    {
        if (eventData.Context is { } context) await reads.WriteAsync(context, command, eventData.DataReader).ConfigureAwait(false);
        return result;
    }

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        if (saves.Begin(eventData.Context!) is { Changes: not null } save)
        {
            eventData.Context!.Database.CurrentTransaction!.CreateSavepoint(Savepoint);
            save.HasSavepoint = true;
        }

        return result;
    }

    public override async ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        if (saves.Begin(eventData.Context!) is { Changes: not null } save)
        {
            await eventData.Context!.Database.CurrentTransaction!.CreateSavepointAsync(Savepoint, cancellationToken).ConfigureAwait(false);
            save.HasSavepoint = true;
        }

        return result;
    }

    /// <summary>Right before a statement runs.</summary>
    public DbCommand CommandInitialized(CommandEndEventData eventData, DbCommand result)
    {
        saves.NoteStatement(eventData);
        return result;
    }

    public InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
    {
        if (saves.OwnOf(eventData) is { } save)
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
        if (saves.OwnOf(eventData) is { } save)
        {
            foreach (var given in events.Of(eventData.Context!, capture.CaptureWithin(eventData.Context!), save))
                await writer.WriteAsync(transaction, given, cancellationToken).ConfigureAwait(false);
            save.IsWritten = true;
        }

        return result;
    }

    public override InterceptionResult ThrowingConcurrencyException(ConcurrencyExceptionEventData eventData, InterceptionResult result)
    {
        saves.NoteConflict(eventData);
        return result;
    }

    public override ValueTask<InterceptionResult> ThrowingConcurrencyExceptionAsync(
        ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        saves.NoteConflict(eventData);
        return ValueTask.FromResult(result);
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        var context = eventData.Context!;
        if (saves.End(context, result) is not { } save) return result;
        try
        {
            // In a transaction of the environment's the save has given its connection back.
            context.Database.OpenConnection();
            foreach (var given in events.Of(context, save.Rows!, save))
                writer.Write(context.Database.GetDbConnection(), context.Database.CurrentTransaction?.GetDbTransaction(), given);
        }
        catch (Exception failed)
        {
            if (save.HasSavepoint) context.Database.CurrentTransaction!.RollbackToSavepoint(Savepoint);
            if (!IsTakenBack(save)) EndAll(context, failed);
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
        if (saves.End(context, result) is not { } save) return result;
        var transaction = context.Database.CurrentTransaction;
        try
        {
            await context.Database.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            foreach (var given in events.Of(context, save.Rows!, save))
            {
                await writer.WriteAsync(context.Database.GetDbConnection(), transaction?.GetDbTransaction(), given, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
        catch (Exception failed)
        {
            if (save.HasSavepoint) await transaction!.RollbackToSavepointAsync(Savepoint, CancellationToken.None).ConfigureAwait(false);
            if (!IsTakenBack(save)) EndAll(context, failed);
            throw;
        }
        finally
        {
            await context.Database.CloseConnectionAsync().ConfigureAwait(false);
        }

        if (save.HasSavepoint) await transaction!.ReleaseSavepointAsync(Savepoint, cancellationToken).ConfigureAwait(false);
        return result;
    }

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => saves.Forget(eventData.Context!);

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        saves.Forget(eventData.Context!);
        return Task.CompletedTask;
    }

    public override void SaveChangesCanceled(DbContextEventData eventData) => saves.Forget(eventData.Context!);

    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        saves.Forget(eventData.Context!);
        return Task.CompletedTask;
    }

    /// <summary>The rows are as before the save, and the context knows it.</summary>
    static bool IsTakenBack(Save save) => save.HasSavepoint && save.Changes!.Restore();

    /// <summary>Rows whose events are not there must not be committed by somebody who takes no notice of the error.</summary>
    static void EndAll(DbContext context, Exception failed)
    {
        if (context.Database.CurrentTransaction is { } transaction) transaction.Rollback();
        else RunningTransaction.OfEnvironment(context)?.Rollback(failed);
    }
}
