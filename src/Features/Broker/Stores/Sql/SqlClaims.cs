using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>
/// Leases. What is due is looked for row by row, never from a remembered place on, and what another process is just
/// leasing is passed over. Order by key: only the first of a key that is neither done nor skipped is given out.
/// </summary>
sealed class SqlClaims(SqlEdge edge, TimeProvider clock)
{
    const string Due = "h.status in ('received', 'failed') and h.available_at <= @now";

    const string Expired = "h.status = 'processing' and h.leased_until <= @now";

    const string Head = """
        and (h.ordering_key is null or not exists (
            select 1 from inbox_event p where p.consumer_name = h.consumer_name and p.ordering_key = h.ordering_key
            and p.position < h.position and p.status not in ('processed', 'skipped')))
        """;

    static readonly SqlColumn[] LeaseColumns = [new("id", "uuid"), new("token", "bigint")];

    public Task<Either<StoreFailure, IReadOnlyList<Claimed>>> ClaimAsync(ClaimRequest request, CancellationToken stopping) =>
        edge.InTransactionAsync<IReadOnlyList<Claimed>>(async (connection, transaction) =>
        {
            var leased = await connection.Command(
                transaction, LeaseText(request), ("@consumer", request.Consumer), ("@limit", request.Limit), ("@owner", request.Owner),
                ("@now", edge.Dialect.TimeParameter(request.Now)), ("@until", edge.Dialect.TimeParameter(request.Now + request.Lease)))
                .ReadAsync(row => row.Id(0), stopping);
            return leased.Count == 0 ? [] : await ReadAsync(connection, transaction, leased, stopping);
        }, stopping);

    /// <summary>
    /// One that is being ended right now has its row locked: it is held still, and passed over. To wait for it, with the
    /// others locked, would be to wait in a circle with those who end others. One that another process takes over at this
    /// very moment is let go of at the next renewal; till then its token keeps this process from ending it. Where a handler writes, and
    /// with it nobody else may, nobody takes a lease either: that is waited for, and the whole seconds of it are added.
    /// </summary>
    public Task<Either<StoreFailure, IReadOnlySet<Guid>>> RenewAsync(
        IReadOnlyList<LeaseRef> leases, DateTimeOffset until, CancellationToken stopping)
    {
        var asked = clock.GetTimestamp();
        return edge.WriteInTheEndAsync<IReadOnlySet<Guid>>(async connection =>
        {
            var waited = TimeSpan.FromSeconds(Math.Floor(clock.GetElapsedTime(asked).TotalSeconds));
            var rows = edge.Dialect.Bind(new SqlRows(LeaseColumns, [.. leases.Select(l => new object?[] { l.HandlingId, l.Token })]));
            var isHeld = $"h.status = 'processing' and (h.id, h.fencing_token) in (select r.id, r.token from {rows.Table})";
            var held = await connection.Command(
                null,
                $"""
                update inbox_event set leased_until = @until where id in (
                    select h.id from inbox_event h where {isHeld} {edge.Dialect.SkipLocked});
                select h.id from inbox_event h where {isHeld}
                """,
                [.. rows.Parameters, ("@until", edge.Dialect.TimeParameter(until + waited))])
                .ReadAsync(row => row.Id(0), stopping);
            return held.ToHashSet();
        }, stopping);
    }

    public Task<Either<StoreFailure, Unit>> BeginLastAsync(IReadOnlyList<LeaseRef> leases, CancellationToken stopping) =>
        edge.WriteAsync(async connection =>
        {
            var rows = edge.Dialect.Bind(new SqlRows(LeaseColumns, [.. leases.Select(l => new object?[] { l.HandlingId, l.Token })]));
            await connection.Command(
                null,
                $"""
                update inbox_event set last_try_began = 1 from {rows.Table}
                where inbox_event.id = r.id and inbox_event.fencing_token = r.token and {SqlClosing.IsLeased}
                """,
                rows.Parameters).RunAsync(stopping);
            return Unit.Default;
        }, stopping);

    /// <summary>For each consumer by itself: in a join the whole table is read where the database has not counted it yet.</summary>
    public Task<Either<StoreFailure, IReadOnlySet<string>>> DueAsync(DateTimeOffset now, CancellationToken stopping) =>
        edge.TryAsync<IReadOnlySet<string>>(async connection =>
        {
            var each = await connection.Command(
                null,
                $"""
                select c.name, (select 1 from inbox_event h where h.consumer_name = c.name and {Due} limit 1) from broker_consumer c
                """,
                ("@now", edge.Dialect.TimeParameter(now)))
                .ReadAsync(row => (Name: row.GetString(0), IsDue: !row.IsDBNull(1)), stopping);
            return each.Where(c => c.IsDue).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        }, stopping);

    public Task<Either<StoreFailure, Option<DateTimeOffset>>> NextDueAsync(DateTimeOffset now, CancellationToken stopping) =>
        edge.TryAsync<Option<DateTimeOffset>>(async connection =>
        {
            var times = await connection.Command(
                null,
                """
                select min(available_at) from inbox_event where status in ('received', 'failed') and available_at > @now
                union all select min(leased_until) from inbox_event where status = 'processing' and leased_until > @now
                """,
                ("@now", edge.Dialect.TimeParameter(now))).ReadAsync(row => row.Time(0), stopping);
            return times.Min() is { } next ? next : default(Option<DateTimeOffset>);
        }, stopping);

    string LeaseText(ClaimRequest request) =>
        $"""
        with picked as materialized (
            select h.id from inbox_event h where h.consumer_name = @consumer and {(request.Expired ? Expired : Due)}
            {(request.OrderedByKey ? Head : "")} order by h.position limit @limit {edge.Dialect.SkipLocked})
        update inbox_event set status = 'processing', attempt_count = attempt_count + 1, leased_by = @owner, leased_until = @until,
            fencing_token = fencing_token + 1, started_at = coalesce(started_at, @now), updated_at = @now
        from picked where inbox_event.id = picked.id
        returning inbox_event.id
        """;

    /// <summary>Handlings that were leased in this transaction, in the order of routing.</summary>
    public Task<List<Claimed>> ReadAsync(
        DbConnection connection, DbTransaction transaction, List<Guid> leased, CancellationToken stopping)
    {
        var ids = edge.Dialect.Bind(SqlRows.Ids(leased));
        return connection.Command(
            transaction,
            $"""
            select h.id, h.fencing_token, h.consumer_name, h.attempt_count, h.position, h.started_at, h.edited_payload,
                h.last_error is not null, h.last_try_began = 1, {SqlEvents.Columns("e", edge.Dialect.IdText)}
            from {ids.Table} join inbox_event h on h.id = r.id join outbox_event e on e.id = h.outbox_event_id
            order by h.position
            """,
            ids.Parameters)
            .ReadAsync(
                row => new Claimed(
                    row.Id(0), row.GetInt64(1), row.GetString(2), row.GetInt32(3), row.GetInt64(4), row.Time(5) ?? default,
                    row.Id(9), SqlEvents.Read(row, 9))
                {
                    HasFailed = row.GetBoolean(7), LastTryBegan = row.GetBoolean(8),
                }.Repaired(SqlDead.Edited(row, 6)),
                stopping);
    }
}
