using System.Data.Common;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>
/// Whether a consumer is through with a later event of a key. No index has the keys of events, so that none costs every publish:
/// those that were routed after the one in question are looked through, and only so many.
/// </summary>
sealed class SqlNewer(SqlEdge edge)
{
    /// <summary>As <see cref="BrokerEvent.EffectiveKey"/> has it.</summary>
    const string HasKey = """
        (e.ordering_key = @key or (e.ordering_key is null and e.aggregate_id <> ''
            and e.source_module || '/' || e.aggregate_type || '/' || e.aggregate_id = @key))
        """;

    public async Task<Either<StoreFailure, NewerEvent>> FindAsync(EventHandling of, int limit, CancellationToken stopping)
    {
        if (of.Event.EffectiveKey is not { } key) return new NewerEvent.OwnKey();
        return await edge.TryAsync<NewerEvent>(
            async connection =>
            {
                var (looked, done) = await LookAsync(connection, of.Handling, key, limit, stopping);
                return done is not null ? done : looked < limit ? new NewerEvent.None() : new NewerEvent.NotKept();
            },
            stopping);
    }

    /// <returns>How many were looked at, and the first of them that is done.</returns>
    async Task<(long Looked, NewerEvent.Delivered? Done)> LookAsync(
        DbConnection connection, Handling of, string key, int limit, CancellationToken stopping)
    {
        var found = await connection.Command(
            null,
            $"""
            with later as materialized (
                select id, event_id, created_at, routed_no, ordering_key, source_module, aggregate_type, aggregate_id from outbox_event
                where routed_no > (
                    select o.routed_no from outbox_event o join inbox_event i on i.outbox_event_id = o.id where i.id = @handling)
                order by routed_no limit @limit)
            select (select count(*) from later), first.event, first.created_at from (select 1) one left join (
                select coalesce(e.event_id, {edge.Dialect.IdText.Replace("id", "e.id", StringComparison.Ordinal)}) as event, e.created_at
                from later e join inbox_event h on h.outbox_event_id = e.id and h.consumer_name = @consumer and h.status = 'processed'
                where {HasKey} order by e.routed_no limit 1) first on 1 = 1
            """,
            ("@handling", SqlReading.IdParameter(edge.Dialect, of.Id)), ("@limit", limit), ("@consumer", of.Consumer), ("@key", key))
            .ReadAsync(
                row => (row.GetInt64(0), row.IsDBNull(1) ? null : new NewerEvent.Delivered(row.GetString(1), row.Time(2)!.Value)),
                stopping);
        return found[0];
    }
}
