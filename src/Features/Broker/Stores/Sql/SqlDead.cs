using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>Dead handlings: read, noted, and what is done to them.</summary>
sealed class SqlDead(SqlEdge edge, SqlClosing closing, Signals signal)
{
    /// <summary>As the partial index has it, word for word: else SQLite does not use it.</summary>
    const string IsDue = "(h.status = 'dead_letter' and h.letter <> 'kept') or (h.status <> 'dead_letter' and h.letter <> 'none')";

    static readonly SqlColumn[] NoteColumns = [new("id", "uuid"), new("token", "bigint"), new("letter", "text")];

    public DeadHandlings AsPort() => new(
        async (id, stopping) => (await ReadAsync("where h.id = @id", [("@id", SqlReading.IdParameter(edge.Dialect, id))], stopping))
            .Map(found => found is [var one] ? one : Option<EventHandling>.None),
        ListAsync,
        (limit, stopping) => ReadAsync($"where {IsDue} order by h.position limit @limit", [("@limit", limit)], stopping),
        NoteAsync,
        (id, edited, now, stopping) => ChangeAsync(
            id, now,
            $"{SqlClosing.Anew}, edited_payload = @edited",
            "dead_letter", isOpen: true, stopping, ("@edited", edited.MatchUnsafe(bytes => bytes.ToArray(), () => null))),
        (id, now, stopping) => ChangeAsync(
            id, now, "status = 'skipped', processed_at = @now, letter = 'none'", "dead_letter", isOpen: false, stopping),
        (id, now, stopping) => ChangeAsync(
            id, now, "status = 'dead_letter', processed_at = @now, letter = 'kept'", "skipped", isOpen: false, stopping),
        new SqlNewer(edge).FindAsync);

    Task<Either<StoreFailure, IReadOnlyList<EventHandling>>> ListAsync(DeadFilter filter, int limit, CancellationToken stopping) =>
        ReadAsync(
            $"""
            where h.status = 'dead_letter' and h.position > @after {(filter.Consumer is null ? "" : "and h.consumer_name = @consumer")}
            {(filter.Lettered ? "and h.letter = 'kept'" : "")} order by h.position limit @limit
            """,
            [
                ("@after", filter.After), ("@limit", limit),
                .. filter.Consumer is { } consumer ? [("@consumer", consumer)] : Array.Empty<(string, object?)>(),
            ],
            stopping, filter.IsBare);

    Task<Either<StoreFailure, Unit>> NoteAsync(IReadOnlyList<LetterNote> notes, CancellationToken stopping) =>
        edge.WriteAsync(async connection =>
        {
            var rows = edge.Dialect.Bind(new SqlRows(
                NoteColumns, [.. notes.Select(n => new object?[] { n.HandlingId, n.Token, n.IsKept ? "kept" : "none" })]));
            await connection.Command(
                null,
                $"""
                update inbox_event set letter = r.letter from {rows.Table}
                where inbox_event.id = r.id and inbox_event.fencing_token = r.token
                """,
                rows.Parameters).RunAsync(stopping);
            return Unit.Default;
        }, stopping);

    async Task<Either<StoreFailure, bool>> ChangeAsync(
        Guid id, DateTimeOffset now, string set, string from, bool isOpen, CancellationToken stopping,
        params (string, object?)[] parameters)
    {
        var answer = await edge.InTransactionAsync(async (connection, transaction) =>
        {
            var changed = await connection.Command(
                transaction,
                $"update inbox_event set {set}, updated_at = @now where id = @id and status = '{from}' returning outbox_event_id",
                [
                    .. parameters, ("@id", SqlReading.IdParameter(edge.Dialect, id)),
                    ("@now", edge.Dialect.TimeParameter(now)),
                ]).ReadAsync(row => row.Id(0), stopping);
            if (changed is not [var stored]) return false;
            if (isOpen) await ReopenAsync(connection, transaction, stored, now, stopping);
            else await closing.EndEventsAsync(connection, transaction, [stored], now, stopping);
            return true;
        }, stopping);
        signal.Set();
        return answer;
    }

    Task<int> ReopenAsync(
        DbConnection connection, DbTransaction transaction, Guid stored, DateTimeOffset now, CancellationToken stopping) =>
        connection.Command(
            transaction,
            $"""
            update outbox_event set status = 'processing', processed_at = null, last_error = null, updated_at = @now where id = @id;
            {edge.Dialect.WakeOthers}
            """,
            ("@id", SqlReading.IdParameter(edge.Dialect, stored)), ("@now", edge.Dialect.TimeParameter(now))).RunAsync(stopping);

    Task<Either<StoreFailure, IReadOnlyList<EventHandling>>> ReadAsync(
        string where, (string, object?)[] parameters, CancellationToken stopping, bool isBare = false) =>
        edge.TryAsync<IReadOnlyList<EventHandling>>(
            async connection => await connection.Command(
                null,
                $"""
                select {SqlReading.HandlingColumns}, {(isBare ? "null" : "h.edited_payload")},
                    {SqlEvents.Columns("e", edge.Dialect.IdText, isBare)}
                from inbox_event h join outbox_event e on e.id = h.outbox_event_id {where}
                """,
                parameters).ReadAsync(Read, stopping),
            stopping);

    static EventHandling Read(DbDataReader row) => new(
        SqlReading.ReadHandling(row), row.GetInt64(SqlReading.TokenColumn),
        SqlEvents.Read(row, SqlReading.HandlingColumnCount + 1), Edited(row, SqlReading.HandlingColumnCount));

    public static Option<ReadOnlyMemory<byte>> Edited(DbDataReader row, int column) =>
        row.IsDBNull(column) ? default : Option<ReadOnlyMemory<byte>>.Some(row.GetFieldValue<byte[]>(column));
}
