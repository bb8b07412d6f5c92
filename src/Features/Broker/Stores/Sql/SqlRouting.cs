using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>
/// Gives new events their handlings. One process at a time does, for it holds the row of <c>broker_epoch</c>: so handlings
/// get their positions in the order in which events were committed, and a consumer that is being registered is either seen
/// here or sees what nobody wanted. A row that somebody has locked is passed over and comes at the next turn; no remembered
/// number can pass one that commits late, for there is none. Who takes new handlings at once gets them leased with the same
/// commit.
/// </summary>
sealed class SqlRouting(SqlEdge edge, SqlClaims claims)
{
    static readonly SqlColumn[] HandlingColumns =
    [
        new("n", "bigint"), new("event", "uuid"), new("consumer", "text"), new("key", "text"), new("at", "timestamptz"),
        new("status", "text"), new("tries", "bigint"), new("owner", "text"), new("until", "timestamptz"), new("started", "timestamptz"),
    ];

    static readonly SqlColumn[] EventColumns = [new("id", "uuid"), new("n", "bigint"), new("status", "text"), new("alone", "timestamptz")];

    /// <summary>Nothing is found, and no row locked, while another process routes.</summary>
    string Unrouted =>
        $"""
        with held as materialized (select routed from broker_epoch {edge.Dialect.SkipLocked})
        select id, event_name, source_module, aggregate_type, aggregate_id, ordering_key, available_at, (select routed from held)
        from outbox_event e where exists (select 1 from held) and {IsUnrouted("e")}
        order by sequence limit @limit {edge.Dialect.SkipLocked}
        """;

    /// <summary>As the partial index has it.</summary>
    /// <param name="e">The event's table in the statement.</param>
    public static string IsUnrouted(string e) => $"{e}.status = 'pending' and {e}.no_consumer_since is null";

    /// <summary>Until the end of the transaction nobody routes, and no consumer comes or goes.</summary>
    public static Task HoldAsync(DbConnection connection, DbTransaction transaction, SqlDialect dialect, CancellationToken stopping) =>
        connection.Command(transaction, $"select routed from broker_epoch {dialect.LockRows}").ScalarAsync(stopping);

    public Task<Either<StoreFailure, Routed>> RouteAsync(RouteRequest request, CancellationToken stopping) =>
        edge.InTransactionAsync(async (connection, transaction) =>
        {
            var found = await connection.Command(transaction, Unrouted, ("@limit", request.Limit)).ReadAsync(Read, stopping);
            if (found.Count == 0) return Routed.Nothing;
            var all = await SqlConsumers.AllAsync(connection, transaction, stopping);
            var leased = await WriteAsync(connection, transaction, Plan(found, all, request), request.Now, stopping);
            return new Routed(
                found.Count, leased.Count == 0 ? [] : await claims.ReadAsync(connection, transaction, leased, stopping));
        }, stopping);

    static RoutePlan Plan(List<UnroutedRow> found, IReadOnlyList<Consumer> all, RouteRequest request)
    {
        var wantedBy = found.Select(f => f.Type).Distinct(StringComparer.Ordinal)
            .ToDictionary(t => t, t => Consumer.For(all, t), StringComparer.Ordinal);
        var takers = new Takers(request.Takers);
        var handlings = new List<object?[]>();
        var events = new List<object?[]>();
        var routed = found[0].RoutedBefore;
        foreach (var row in found)
        {
            var wanted = wantedBy[row.Type];
            events.Add(wanted.Count == 0 ? [row.Id, ++routed, "pending", request.Now] : [row.Id, ++routed, "processing", null]);
            foreach (var consumer in wanted)
                handlings.Add(
                    HandlingOf(row, consumer, handlings.Count, takers.For(consumer, row.AvailableAt ?? request.Now), request.Now));
        }

        return new RoutePlan(new SqlRows(HandlingColumns, handlings), new SqlRows(EventColumns, events), routed);
    }

    /// <summary>In the order of <see cref="HandlingColumns"/>.</summary>
    static object?[] HandlingOf(UnroutedRow row, Consumer consumer, int number, ClaimRequest? taker, DateTimeOffset now) =>
    [
        (long)number, row.Id, consumer.Name, consumer.OrderedByKey ? row.Key : null, row.AvailableAt ?? now,
        .. taker is null
            ? new object?[] { "received", 0L, null, null, null }
            : ["processing", 1L, taker.Owner, taker.Now + taker.Lease, taker.Now],
    ];

    /// <returns>The handlings that are leased with it.</returns>
    async Task<List<Guid>> WriteAsync(
        DbConnection connection, DbTransaction transaction, RoutePlan plan, DateTimeOffset now, CancellationToken stopping)
    {
        var time = edge.Dialect.TimeParameter(now);
        var (handlings, events) = (edge.Dialect.Bind(plan.Handlings), edge.Dialect.Bind(plan.Events));
        var made = await connection.Command(
            transaction,
            $"""
            insert into inbox_event (outbox_event_id, consumer_name, ordering_key, available_at, created_at, updated_at, status,
                attempt_count, leased_by, leased_until, fencing_token, started_at)
            select r.event, r.consumer, r.key, r.at, @now, @now, r.status, r.tries, r.owner, r.until, r.tries, r.started
            from {handlings.Table} where true order by r.n
            on conflict do nothing returning id, status
            """,
            [.. handlings.Parameters, ("@now", time)])
            .ReadAsync(row => (Id: row.Id(0), Status: row.GetString(1)), stopping);
        await connection.Command(
            transaction,
            $"""
            update outbox_event set status = r.status, no_consumer_since = r.alone, routed_no = coalesce(outbox_event.routed_no, r.n),
                updated_at = @now
            from {events.Table} where outbox_event.id = r.id;
            update broker_epoch set routed = @routed; {edge.Dialect.WakeOthers}
            """,
            [.. events.Parameters, ("@now", time), ("@routed", plan.Routed)]).RunAsync(stopping);
        return [.. made.Where(m => m.Status == "processing").Select(m => m.Id)];
    }

    static UnroutedRow Read(DbDataReader row) => new(row.Id(0), row.GetString(1), KeyOf(row, 2), row.Time(6), row.GetInt64(7));

    /// <param name="first">Of source_module, aggregate_type, aggregate_id and ordering_key, in this order.</param>
    public static string? KeyOf(DbDataReader row, int first) => new BrokerEvent
    {
        Id = "", Source = "", Type = "", SourceModule = row.GetString(first), AggregateType = row.GetString(first + 1),
        AggregateId = row.GetString(first + 2), OrderingKey = row.Text(first + 3),
    }.EffectiveKey;

    /// <param name="RoutedBefore">The number that was given last.</param>
    sealed record UnroutedRow(Guid Id, string Type, string? Key, DateTimeOffset? AvailableAt, long RoutedBefore);

    sealed record RoutePlan(SqlRows Handlings, SqlRows Events, long Routed);
}
