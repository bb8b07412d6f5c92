using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>
/// Gives new events their handlings. One process at a time does, for it holds the row of <c>broker_epoch</c>: so handlings
/// get their positions in the order in which events were committed, and a consumer that is being registered is either seen
/// here or sees what nobody wanted. A row that somebody has locked is passed over and comes at the next turn; no remembered
/// number can pass one that commits late, for there is none.
/// </summary>
sealed class SqlRouting(SqlEdge edge)
{
    const string Unrouted = """
        select id, event_name, source_module, aggregate_type, aggregate_id, ordering_key, available_at
        from outbox_event where status = 'pending' and no_consumer_since is null order by sequence limit @limit
        """;

    static readonly SqlColumn[] HandlingColumns =
        [new("n", "bigint"), new("event", "uuid"), new("consumer", "text"), new("key", "text"), new("at", "timestamptz")];

    static readonly SqlColumn[] EventColumns = [new("id", "uuid"), new("n", "bigint"), new("status", "text"), new("alone", "timestamptz")];

    public Task<Either<StoreFailure, int>> RouteAsync(int limit, DateTimeOffset now, CancellationToken stopping) =>
        edge.InTransactionAsync(async (connection, transaction) =>
        {
            var held = await connection
                .Command(transaction, $"select routed from broker_epoch {edge.Dialect.SkipLocked}")
                .ReadAsync(row => row.GetInt64(0), stopping);
            if (held is not [var routed]) return 0;
            var found = await connection
                .Command(transaction, $"{Unrouted} {edge.Dialect.SkipLocked}", ("@limit", limit)).ReadAsync(Read, stopping);
            if (found.Count == 0) return 0;
            var all = await SqlConsumers.AllAsync(connection, transaction, stopping);
            await WriteAsync(connection, transaction, Plan(found, all, routed, now), now, stopping);
            return found.Count;
        }, stopping);

    static RoutePlan Plan(List<UnroutedRow> found, IReadOnlyList<Consumer> all, long routed, DateTimeOffset now)
    {
        var wantedBy = found.Select(f => f.Type).Distinct(StringComparer.Ordinal)
            .ToDictionary(t => t, t => Consumer.For(all, t), StringComparer.Ordinal);
        var handlings = new List<Dictionary<string, object?>>();
        var events = new List<Dictionary<string, object?>>();
        foreach (var row in found)
        {
            var wanted = wantedBy[row.Type];
            events.Add(new()
            {
                ["id"] = row.Id.ToString(), ["n"] = ++routed, ["status"] = wanted.Count == 0 ? "pending" : "processing",
                ["alone"] = wanted.Count == 0 ? SqlTimes.Text(now) : null,
            });
            handlings.AddRange(wanted.Select(consumer => new Dictionary<string, object?>
            {
                ["n"] = handlings.Count, ["event"] = row.Id.ToString(), ["consumer"] = consumer.Name,
                ["key"] = consumer.OrderedByKey ? row.Key : null, ["at"] = SqlTimes.Text(row.AvailableAt ?? now),
            }));
        }

        return new RoutePlan(handlings, events, routed);
    }

    async Task WriteAsync(
        DbConnection connection, DbTransaction transaction, RoutePlan plan, DateTimeOffset now, CancellationToken stopping)
    {
        var time = edge.Dialect.TimeParameter(now);
        await connection.Command(
            transaction,
            $"""
            insert into inbox_event (outbox_event_id, consumer_name, ordering_key, available_at, created_at, updated_at)
            select r.event, r.consumer, r.key, r.at, @now, @now from {edge.Dialect.Rows(HandlingColumns)} where true order by r.n
            on conflict do nothing
            """,
            ("@rows", SqlText.Rows(plan.Handlings)), ("@now", time)).RunAsync(stopping);
        await connection.Command(
            transaction,
            $"""
            update outbox_event set status = r.status, no_consumer_since = r.alone, routed_no = coalesce(outbox_event.routed_no, r.n),
                updated_at = @now
            from {edge.Dialect.Rows(EventColumns)} where outbox_event.id = r.id
            """,
            ("@rows", SqlText.Rows(plan.Events)), ("@now", time)).RunAsync(stopping);
        await connection.Command(
            transaction, $"update broker_epoch set routed = @routed; {edge.Dialect.WakeOthers}",
            ("@routed", plan.Routed)).RunAsync(stopping);
    }

    static UnroutedRow Read(DbDataReader row) => new(row.Id(0), row.GetString(1), KeyOf(row, 2), row.Time(6));

    /// <param name="first">Of source_module, aggregate_type, aggregate_id and ordering_key, in this order.</param>
    public static string? KeyOf(DbDataReader row, int first) => new BrokerEvent
    {
        Id = "", Source = "", Type = "", SourceModule = row.GetString(first), AggregateType = row.GetString(first + 1),
        AggregateId = row.GetString(first + 2), OrderingKey = row.Text(first + 3),
    }.EffectiveKey;

    sealed record UnroutedRow(Guid Id, string Type, string? Key, DateTimeOffset? AvailableAt);

    sealed record RoutePlan(List<Dictionary<string, object?>> Handlings, List<Dictionary<string, object?>> Events, long Routed);
}
