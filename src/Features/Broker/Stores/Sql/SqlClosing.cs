using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>Ends tries, and with the last one of an event the event. A token that is not the handling's any more changes nothing.</summary>
/// <param name="deadWord">
/// Of an event with a dead handling: <c>dead_letter</c>, or <c>failed</c> where dead letters are switched off.
/// </param>
sealed class SqlClosing(SqlEdge edge, Func<string> deadWord)
{
    /// <summary>A handler that ended the transaction itself has ended this too.</summary>
    const string Savepoint = "hobom_handler";

    static readonly SqlColumn[] ClosingColumns =
    [
        new("id", "uuid"), new("token", "bigint"), new("status", "text"), new("at", "timestamptz"), new("error", "text"),
        new("back", "bigint"), new("ended", "timestamptz"), new("kind", "text"),
    ];

    /// <summary>Not as it stands in the index of leases: that one grows with all that was ever leased, and would be read whole.</summary>
    public const string IsLeased = "inbox_event.status || '' = 'processing'";

    /// <summary><see cref="Handling.Anew"/> in SQL.</summary>
    public const string Anew =
        "status = 'received', attempt_count = 0, last_try_began = 0, available_at = @now, processed_at = null, "
        + "started_at = case when inbox_event.status = 'processed' then null else inbox_event.started_at end";

    const string Waiting = "coalesce(sum(case when h.status in ('received', 'processing', 'failed') then 1 else 0 end), 0)";

    const string Dead = "coalesce(sum(case when h.status = 'dead_letter' then 1 else 0 end), 0)";

    const string Attempts = "coalesce(sum(h.attempt_count - case when h.status = 'processed' then 1 else 0 end), 0)";

    const string OfEvent = "from inbox_event h where h.outbox_event_id = r.id";

    /// <summary>
    /// Of each event what its handlings came to. For each by itself: in a join the whole table is read where the database has not
    /// counted it yet.
    /// </summary>
    /// <param name="events">The table <c>r</c> of their ids.</param>
    string Tally(string events) => edge.Dialect.HasLateral
        ? $"""
        select r.id, t.* from {events}
        cross join lateral (select {Waiting} as waiting, {Dead} as dead, {Attempts} as attempts {OfEvent}) t
        """
        : $"""
        select r.id, (select {Waiting} {OfEvent}) as waiting, (select {Dead} {OfEvent}) as dead, (select {Attempts} {OfEvent}) as attempts
        from {events}
        """;

    public Task<Either<StoreFailure, IReadOnlySet<Guid>>> CloseAsync(
        IReadOnlyList<Closing> closings, DateTimeOffset now, CancellationToken stopping) =>
        edge.InTransactionAsync<IReadOnlySet<Guid>>(
            async (connection, transaction) => await WriteAsync(connection, transaction, closings, now, stopping), stopping);

    public async Task<TransactionEnd> TransactAsync(Claimed claimed, HandlerWork work, DateTimeOffset now, CancellationToken stopping)
    {
        TransactionEnd? end = null;
        var isCalled = false;
        var done = new Closing(claimed.HandlingId, claimed.Token, new TryEnd.Done());
        var transacted = await edge.TryAsync(async connection =>
        {
            await using var transaction = await edge.BeginLongAsync(connection, stopping);
            await connection.Command(transaction.Sql, $"{edge.Dialect.HandlerStart}savepoint {Savepoint}").RunAsync(stopping);
            isCalled = true;
            var result = await work(new HandlerTransaction(connection, transaction.Sql, []), stopping);
            if (!result.TryGetRight(out _, out var failure))
            {
                end = new TransactionEnd.WorkFailed(failure);
                return Unit.Default;
            }

            end = await LastActAsync(connection, transaction.Sql, done, now, stopping);
            if (end is not TransactionEnd.Committed) return Unit.Default;
            end = null;
            await transaction.CommitAsync(CancellationToken.None);
            end = new TransactionEnd.Committed();
            return Unit.Default;
        }, stopping);
        // What goes wrong after the outcome is known, in giving back the connection, does not change it.
        if (end is not null) return end;
        if (transacted.TryGetRight(out _, out var failed)) failed = new StoreFailure("the transaction has no outcome");
        return isCalled ? new TransactionEnd.Unknown(failed!) : new TransactionEnd.NotBegun { Failure = failed };
    }

    /// <summary>
    /// Where nobody knows whether it was committed, each is called again by itself: one that was done then has its token no more.
    /// </summary>
    public async Task<IReadOnlyList<TransactionEnd>> TransactTogetherAsync(
        HandlerGroup group, DateTimeOffset now, CancellationToken stopping)
    {
        var calls = new GroupCalls(group, Savepoint);
        var transacted = await edge.TryAsync(async connection =>
        {
            await using var transaction = await edge.BeginLongAsync(connection, stopping);
            await connection.Command(transaction.Sql, $"{edge.Dialect.HandlerStart}savepoint {Savepoint}").RunAsync(stopping);
            if (!await calls.RunAsync(connection, transaction.Sql, stopping)) return Unit.Default;
            var closed = await WriteAsync(connection, transaction.Sql, calls.Closings(), now, stopping);
            if (!calls.AreClosed(closed)) return Unit.Default;
            await transaction.CommitAsync(CancellationToken.None);
            calls.NoteCommit();
            return Unit.Default;
        }, stopping);
        transacted.IfLeft(calls.NoteFailure);
        return calls.Ends;
    }

    /// <summary>Checks the token with the handling's row locked, right before the commit.</summary>
    async Task<TransactionEnd> LastActAsync(
        DbConnection connection, DbTransaction transaction, Closing done, DateTimeOffset now, CancellationToken stopping)
    {
        try
        {
            await connection.Command(transaction, $"release savepoint {Savepoint}").RunAsync(stopping);
            var closed = await WriteAsync(connection, transaction, [done], now, stopping);
            return closed.Count == 1 ? new TransactionEnd.Committed() : new TransactionEnd.LeaseLost();
        }
        catch (Exception ended) when (SqlEdge.IsOfDatabase(ended))
        {
            return stopping.IsCancellationRequested ? new TransactionEnd.WorkFailed(new TryFailure.Stopping()) : NoTransactionLeft(ended);
        }
    }

    public static TransactionEnd NoTransactionLeft(Exception ended) => new TransactionEnd.WorkFailed(
        new TryFailure.Transient($"the handler left no transaction to commit: {ended.GetType().Name}: {ended.Message}")
        {
            Kind = FailureKind.NotCommitted,
        });

    async Task<IReadOnlySet<Guid>> WriteAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<Closing> closings, DateTimeOffset now, CancellationToken stopping)
    {
        var rows = edge.Dialect.Bind(new SqlRows(ClosingColumns, [.. closings.Select(c => RowOf(c, now))]));
        var closed = await connection.Command(
            transaction,
            $"""
            update inbox_event set status = r.status, available_at = coalesce(r.at, inbox_event.available_at),
                last_error = case when r.status = 'processed' then null else coalesce(r.error, inbox_event.last_error) end,
                failure_kind = case when r.status = 'processed' then null
                    when r.error is null then inbox_event.failure_kind else r.kind end,
                attempt_count = inbox_event.attempt_count - r.back, last_try_began = 0, leased_by = null, leased_until = null,
                processed_at = r.ended, updated_at = @now,
                letter = case when r.status = 'dead_letter' and inbox_event.letter = 'kept' then 'stale' else inbox_event.letter end
            from {rows.Table}
            where inbox_event.id = r.id and inbox_event.fencing_token = r.token and {IsLeased}
            returning inbox_event.id, inbox_event.outbox_event_id, inbox_event.status
            """,
            [.. rows.Parameters, ("@now", edge.Dialect.TimeParameter(now))])
            .ReadAsync(row => (Id: row.Id(0), Event: row.Id(1), Status: row.GetString(2)), stopping);
        var ended = closed.Where(c => c.Status is "processed" or "dead_letter").Select(c => c.Event).Distinct().ToArray();
        await EndEventsAsync(connection, transaction, ended, now, stopping);
        return closed.Select(c => c.Id).ToHashSet();
    }

    /// <summary>
    /// Two processes may end the last two handlings of an event at once, each not seeing the other's: so the events' rows are
    /// locked first, and what is open is asked after that.
    /// </summary>
    public async Task EndEventsAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<Guid> events, DateTimeOffset now, CancellationToken stopping)
    {
        if (events.Count == 0) return;
        var ids = edge.Dialect.Bind(SqlRows.Ids(events));
        var locks = edge.Dialect.LockRows.Length == 0
            ? ""
            : $"select id from outbox_event where id in (select r.id from {ids.Table}) order by id {edge.Dialect.LockRows};";
        await connection.Command(
            transaction,
            $"""
            {locks}
            with ended as materialized ({Tally(ids.Table)})
            update outbox_event set processed_at = @now, updated_at = @now, attempt_count = ended.attempts,
                status = case when ended.dead > 0 then @dead else 'processed' end,
                last_error = case when ended.dead > 0 then (
                    select l.last_error from inbox_event l where l.outbox_event_id = outbox_event.id and l.status = 'dead_letter'
                    order by l.processed_at desc limit 1) end
            from ended where outbox_event.id = ended.id and ended.waiting = 0
            """,
            [.. ids.Parameters, ("@now", edge.Dialect.TimeParameter(now)), ("@dead", deadWord())]).RunAsync(stopping);
    }

    /// <summary>In the order of <see cref="ClosingColumns"/>.</summary>
    static object?[] RowOf(Closing closing, DateTimeOffset now)
    {
        (string Status, DateTimeOffset? At, string? Error, long Back, DateTimeOffset? Ended) row = closing.End switch
        {
            TryEnd.Done => ("processed", null, null, 0, now),
            TryEnd.RetryAt retry => ("failed", retry.At, retry.Reason, 0, null),
            TryEnd.Dead dead => ("dead_letter", null, dead.Reason, 0, now),
            TryEnd.HandBack back => ("received", back.NotBefore, back.Reason, 1, null),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return
        [
            closing.HandlingId, closing.Token, row.Status, row.At, SqlText.Error(row.Error), row.Back, row.Ended, closing.End.Kind?.Word(),
        ];
    }
}
