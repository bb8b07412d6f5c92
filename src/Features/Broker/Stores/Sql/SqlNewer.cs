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
    const string Later = """
        from (
            select id, event_id, created_at, routed_no, ordering_key, source_module, aggregate_type, aggregate_id from outbox_event
            where routed_no > (select o.routed_no from outbox_event o join inbox_event i on i.outbox_event_id = o.id where i.id = @handling)
            order by routed_no limit @limit) e
        """;

    /// <summary>As <see cref="BrokerEvent.EffectiveKey"/> has it.</summary>
    const string HasKey = """
        (e.ordering_key = @key or (e.ordering_key is null and e.aggregate_id <> ''
            and e.source_module || '/' || e.aggregate_type || '/' || e.aggregate_id = @key))
        """;

    public async Task<Either<StoreFailure, NewerEvent>> FindAsync(EventHandling of, int limit, CancellationToken stopping)
    {
        if (of.Event.EffectiveKey is not { } key) return new NewerEvent.OwnKey();
        return await edge.TryAsync<NewerEvent>(
            async connection => await DoneAsync(connection, of.Handling, key, limit, stopping) is { } found ? found
                : await LookedAtAllAsync(connection, of.Handling, limit, stopping) ? new NewerEvent.None() : new NewerEvent.NotKept(),
            stopping);
    }

    async Task<NewerEvent.Delivered?> DoneAsync(DbConnection connection, Handling of, string key, int limit, CancellationToken stopping)
    {
        var found = await connection.Command(
            null,
            $"""
            select coalesce(e.event_id, {edge.Dialect.IdText.Replace("id", "e.id", StringComparison.Ordinal)}), e.created_at {Later}
            join inbox_event h on h.outbox_event_id = e.id and h.consumer_name = @consumer and h.status = 'processed'
            where {HasKey} order by e.routed_no limit 1
            """,
            [.. Bounds(of, limit), ("@consumer", of.Consumer), ("@key", key)]).ReadAsync(
                row => new NewerEvent.Delivered(row.GetString(0), row.Time(1)!.Value), stopping);
        return found is [var first] ? first : null;
    }

    async Task<bool> LookedAtAllAsync(DbConnection connection, Handling of, int limit, CancellationToken stopping) =>
        (await connection.Command(null, $"select count(*) {Later}", [.. Bounds(of, limit)])
            .ReadAsync(row => row.GetInt64(0), stopping))[0] < limit;

    (string, object?)[] Bounds(Handling of, int limit) =>
        [("@handling", SqlReading.IdParameter(edge.Dialect, of.Id)), ("@limit", limit)];
}
