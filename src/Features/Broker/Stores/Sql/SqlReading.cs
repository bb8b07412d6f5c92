using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>Events with their handlings, and counts.</summary>
sealed class SqlReading(SqlEdge edge)
{
    /// <summary>Of <c>inbox_event h</c>, for <see cref="ReadHandling"/>.</summary>
    public const string HandlingColumns =
        "h.outbox_event_id, h.id, h.consumer_name, h.status, h.attempt_count, h.position, h.ordering_key, h.last_error, "
        + "h.started_at, h.available_at, h.leased_by, h.leased_until, h.fencing_token, h.processed_at, h.updated_at, "
        + "case when h.edited_payload is null then 0 else 1 end, h.failure_kind, h.last_try_began";

    public const int TokenColumn = 12;

    public const int HandlingColumnCount = 18;

    public EventReader AsReader() => new(OneAsync, ListAsync, SinceAsync, CountAsync, BacklogAsync, LatestAsync);

    public static string IdentityIs(string e, string idText) =>
        $"coalesce({e}.source, {e}.source_module) = @source and coalesce({e}.event_id, "
        + $"{idText.Replace("id", e + ".id", StringComparison.Ordinal)}) = @event";

    public static object IdParameter(SqlDialect dialect, Guid id) => dialect.IdText == "id" ? id.ToString() : id;

    Task<Either<StoreFailure, Option<StoredEvent>>> OneAsync(EventIdentity identity, CancellationToken stopping) =>
        edge.TryAsync<Option<StoredEvent>>(async connection =>
        {
            var found = await ReadAsync(
                connection, $"where {IdentityIs("e", edge.Dialect.IdText)}", [("@source", identity.Source), ("@event", identity.Id)],
                stopping);
            return found is [var one] ? one : default(Option<StoredEvent>);
        }, stopping);

    Task<Either<StoreFailure, IReadOnlyList<StoredEvent>>> ListAsync(EventFilter filter, int limit, CancellationToken stopping) =>
        edge.TryAsync<IReadOnlyList<StoredEvent>>(
            connection =>
            {
                var (where, parameters) = SqlFilter.Where(filter, edge.Dialect);
                return ListedAsync(
                    connection, $"{where} order by e.sequence desc limit @limit", [.. parameters, ("@limit", limit)], stopping,
                    filter.IsBare);
            },
            stopping);

    Task<Either<StoreFailure, IReadOnlyList<StoredEvent>>> SinceAsync(long after, int limit, CancellationToken stopping) =>
        edge.TryAsync<IReadOnlyList<StoredEvent>>(
            connection => ListedAsync(
                connection, "where e.routed_no > @after order by e.routed_no limit @limit", [("@after", after), ("@limit", limit)],
                stopping),
            stopping);

    Task<Either<StoreFailure, long>> LatestAsync(CancellationToken stopping) => edge.TryAsync(
        async connection => (await connection.Command(null, "select coalesce(max(routed_no), 0) from outbox_event")
            .ReadAsync(row => row.GetInt64(0), stopping))[0],
        stopping);

    Task<Either<StoreFailure, StoreCounts>> CountAsync(CancellationToken stopping) =>
        edge.ReadTogetherAsync(async (connection, transaction) =>
        {
            // Whether an event was begun shows in its handlings alone.
            var events = await connection.Command(
                transaction,
                """
                select case when e.expired_at is not null then 'expired' when e.status = 'processing' and not exists (
                        select 1 from inbox_event h where h.outbox_event_id = e.id and (h.status <> 'received' or h.attempt_count > 0))
                    then 'pending' else e.status end, count(*),
                    sum(case when e.no_consumer_since is null or e.expired_at is not null then 0 else 1 end), min(e.created_at)
                from outbox_event e group by 1
                """).ReadAsync(
                    row => (Status: row.GetString(0), Count: row.GetInt64(1), Alone: row.GetInt64(2), Oldest: row.Time(3)), stopping);
            var handlings = await connection.Command(
                transaction,
                "select consumer_name, status, count(*) from inbox_event group by consumer_name, status order by consumer_name")
                .ReadAsync(row => (Consumer: row.GetString(0), Status: row.GetString(1), Count: row.GetInt64(2)), stopping);
            long Of(params string[] statuses) => events.Where(e => statuses.Contains(e.Status)).Sum(e => e.Count);
            return new StoreCounts(
                Of("pending"), Of("processing"), Of("processed"), Of("failed", "dead_letter"), events.Sum(e => e.Alone),
                events.Where(e => e.Status is "pending" or "processing").Min(e => e.Oldest),
                [
                    .. handlings.GroupBy(h => h.Consumer, StringComparer.Ordinal)
                    .Select(g => CountsOf(g.Key, g.ToDictionary(h => h.Status, h => h.Count, StringComparer.Ordinal))),
                ])
            {
                Expired = Of("expired"),
            };
        }, stopping);

    Task<Either<StoreFailure, IReadOnlyList<ConsumerBacklog>>> BacklogAsync(DateTimeOffset now, CancellationToken stopping) =>
        edge.TryAsync<IReadOnlyList<ConsumerBacklog>>(
            async connection => await connection.Command(
                null,
                """
                select consumer_name, sum(waiting), sum(leased), min(due) from (
                    select consumer_name, count(*) as waiting, 0 as leased,
                        min(case when available_at <= @now then position end) as due
                    from inbox_event where status in ('received', 'failed') group by consumer_name
                    union all
                    select consumer_name, 0, count(*), null from inbox_event where status = 'processing' group by consumer_name) open
                group by consumer_name order by consumer_name
                """,
                ("@now", edge.Dialect.TimeParameter(now)))
                .ReadAsync(
                    row => new ConsumerBacklog(
                        row.GetString(0), Whole(row, 1), Whole(row, 2), row.IsDBNull(3) ? null : row.GetInt64(3)),
                    stopping),
            stopping);

    /// <summary>A sum is numeric in PostgreSQL.</summary>
    static long Whole(DbDataReader row, int column) =>
        Convert.ToInt64(row.GetValue(column), System.Globalization.CultureInfo.InvariantCulture);

    static ConsumerCounts CountsOf(string consumer, Dictionary<string, long> counts)
    {
        long In(string status) => counts.GetValueOrDefault(status);
        return new(consumer, In("received"), In("processing"), In("failed"), In("processed"), In("dead_letter"), In("skipped"));
    }

    async Task<IReadOnlyList<StoredEvent>> ListedAsync(
        DbConnection connection, string where, (string, object?)[] parameters, CancellationToken stopping, bool isBare = false) =>
        await ReadAsync(connection, where, parameters, stopping, isBare);

    async Task<List<StoredEvent>> ReadAsync(
        DbConnection connection, string where, (string, object?)[] parameters, CancellationToken stopping, bool isBare = false)
    {
        var events = await connection
            .Command(
                null, $"select {SqlEvents.Columns("e", edge.Dialect.IdText, isBare)}, e.routed_no from outbox_event e {where}", parameters)
            .ReadAsync(
                row => new StoredEvent(
                    row.Id(0), row.GetInt64(1), row.IsDBNull(SqlEvents.ColumnCount) ? null : row.GetInt64(SqlEvents.ColumnCount),
                    row.Time(SqlEvents.ColumnCount - 2), SqlEvents.Read(row, 0), [])
                {
                    ExpiredAt = row.Time(SqlEvents.ColumnCount - 1),
                },
                stopping);
        if (events.Count == 0) return events;
        var ids = edge.Dialect.Bind(SqlRows.Ids(events.Select(e => e.RowId)));
        var handlings = await connection.Command(
            null,
            $"""
            select {HandlingColumns}
            from {ids.Table} join inbox_event h on h.outbox_event_id = r.id order by h.position
            """,
            ids.Parameters).ReadAsync(
                row => (Event: row.Id(0), Handling: ReadHandling(row)), stopping);
        var byEvent = handlings.ToLookup(h => h.Event, h => h.Handling);
        return events.ConvertAll(e => e with { Handlings = [.. byEvent[e.RowId]] });
    }

    public static Handling ReadHandling(DbDataReader row)
    {
        var ended = row.Time(13) ?? row.Time(14) ?? default;
        HandlingState state = row.GetString(3) switch
        {
            "received" => new HandlingState.Waiting(row.Time(9) ?? default),
            "processing" => new HandlingState.Leased(row.Text(10) ?? "", row.Time(11) ?? default, row.GetInt64(12)),
            "failed" => new HandlingState.Failed(row.Time(9) ?? default),
            "processed" => new HandlingState.Done(ended),
            "dead_letter" => new HandlingState.Dead(ended),
            "skipped" => new HandlingState.Skipped(ended),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return new Handling(row.Id(1), row.GetString(2), state, row.GetInt32(4), row.GetInt64(5), row.Text(6), row.Text(7), row.Time(8))
        {
            IsEdited = row.GetInt32(15) == 1, Kind = FailureKinds.Parse(row.Text(16)), LastTryBegan = row.GetInt32(17) == 1,
        };
    }
}
