using System.Data.Common;
using Hobom.Slices.Rows;

namespace Hobom.Slices.Outbox;

/// <summary>
/// Writes events into the outbox table of PostgreSQL or SQLite, in the caller's transaction. Safe for any number of threads, as
/// long as each has a connection of its own.
/// </summary>
/// <remarks>
/// Throws <see cref="OutboxRefusedException"/> before any statement, <see cref="OutboxConflictException"/>, and what the
/// driver throws.
/// </remarks>
public sealed class OutboxWriter(OutboxWriterOptions? options = null)
{
    /// <summary>The row that an insert met may be gone, done and old, before it is looked at.</summary>
    const int Tries = 5;

    readonly OutboxWriterOptions options = options ?? new();

    public Task<OutboxReceipt> WriteAsync(DbTransaction transaction, OutboxEvent given, CancellationToken stopping = default) =>
        WriteAsync(ConnectionOf(transaction), transaction, given, stopping);

    /// <summary>In order; the first that is refused ends it, and what was written before is as much part of the transaction.</summary>
    public async Task<IReadOnlyList<OutboxReceipt>> WriteAsync(
        DbTransaction transaction, IEnumerable<OutboxEvent> events, CancellationToken stopping = default)
    {
        var receipts = new List<OutboxReceipt>();
        foreach (var given in events) receipts.Add(await WriteAsync(transaction, given, stopping).ConfigureAwait(false));
        return receipts;
    }

    /// <param name="transaction">Null: whatever transaction the connection is in, begun by a statement or from outside.</param>
    public async Task<OutboxReceipt> WriteAsync(
        DbConnection connection, DbTransaction? transaction, OutboxEvent given, CancellationToken stopping = default)
    {
        var (row, ready) = Prepare(connection, given);
        for (var tries = 1; ; tries++)
        {
            var id = Guid.CreateVersion7();
            var insert = row.Insert(connection, transaction, id, ready, options.Clock.GetUtcNow());
            await using (insert.ConfigureAwait(false))
            {
                if (await insert.ExecuteNonQueryAsync(stopping).ConfigureAwait(false) == 1) return new OutboxReceipt(id, ready.Id!, false);
            }

            var find = row.Find(connection, transaction, ready);
            await using (find.ConfigureAwait(false))
            {
                var found = await find.ExecuteReaderAsync(stopping).ConfigureAwait(false);
                await using (found.ConfigureAwait(false))
                {
                    if (await found.ReadAsync(stopping).ConfigureAwait(false)) return Repeated(OutboxRow.Read(found, ready), ready);
                }
            }

            if (tries == Tries) throw NotFound(ready);
        }
    }

    public OutboxReceipt Write(DbTransaction transaction, OutboxEvent given) => Write(ConnectionOf(transaction), transaction, given);

    /// <inheritdoc cref="WriteAsync(DbConnection, DbTransaction?, OutboxEvent, CancellationToken)"/>
    public OutboxReceipt Write(DbConnection connection, DbTransaction? transaction, OutboxEvent given)
    {
        var (row, ready) = Prepare(connection, given);
        for (var tries = 1; ; tries++)
        {
            var id = Guid.CreateVersion7();
            using (var insert = row.Insert(connection, transaction, id, ready, options.Clock.GetUtcNow()))
            {
                if (insert.ExecuteNonQuery() == 1) return new OutboxReceipt(id, ready.Id!, false);
            }

            using (var find = row.Find(connection, transaction, ready))
            using (var found = find.ExecuteReader())
            {
                if (found.Read()) return Repeated(OutboxRow.Read(found, ready), ready);
            }

            if (tries == Tries) throw NotFound(ready);
        }
    }

    (OutboxRow Row, OutboxEvent Ready) Prepare(DbConnection connection, OutboxEvent given)
    {
        var ready = given with { Id = given.Id ?? Guid.CreateVersion7().ToString(), InstanceId = given.InstanceId ?? options.InstanceId };
        if (!options.KeepSecrets)
            ready = ready with { SessionId = SecretText.Hash(ready.SessionId), Metadata = SecretText.HashEmail(ready.Metadata) };
        OutboxEventCheck.Check(ready, options.PayloadBytes);
        return (OutboxRow.For(connection, options), ready);
    }

    static OutboxReceipt Repeated((Guid RowId, OutboxEvent Event) found, OutboxEvent given) =>
        OutboxRow.SaysTheSame(found.Event, given)
            ? new OutboxReceipt(found.RowId, given.Id!, Repeated: true)
            : throw new OutboxConflictException(given.Source, given.Id!);

    static DbConnection ConnectionOf(DbTransaction transaction) =>
        transaction.Connection ?? throw new InvalidOperationException("the transaction has ended");

    static InvalidOperationException NotFound(OutboxEvent given) =>
        new($"event {given.Id} of {given.Source} meets a row that cannot be found");
}
