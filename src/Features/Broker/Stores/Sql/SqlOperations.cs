using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>What an operator does to events and handlings, and retention.</summary>
sealed class SqlOperations(SqlEdge edge, SqlClosing closing, Signals signal)
{
    public EventOperations AsOperations() => new(ReplayAsync, DiscardAsync, PurgeAsync, ExpireAsync);

    async Task<Either<StoreFailure, bool>> ReplayAsync(
        EventIdentity identity, string consumer, DateTimeOffset now, CancellationToken stopping)
    {
        var answer = await edge.InTransactionAsync(async (connection, transaction) =>
        {
            await SqlRouting.HoldAsync(connection, transaction, edge.Dialect, stopping);
            var found = await FindAsync(connection, transaction, identity, stopping);
            var all = await SqlConsumers.AllAsync(connection, transaction, stopping);
            var wanted = all.FirstOrDefault(c => c.Name == consumer);
            if (found is not [var (id, given, isUnrouted)] || isUnrouted || wanted is null) return false;
            await connection.Command(
                transaction,
                $"""
                insert into inbox_event (outbox_event_id, consumer_name, ordering_key, available_at, created_at, updated_at)
                values (@id, @consumer, @key, @now, @now, @now)
                on conflict (outbox_event_id, consumer_name) do update
                    set {SqlClosing.Anew}, edited_payload = null, updated_at = @now
                    where inbox_event.status in ('processed', 'dead_letter', 'skipped');
                update outbox_event set status = 'processing', no_consumer_since = null, expired_at = null, processed_at = null,
                    last_error = null,
                    updated_at = @now where id = @id; {edge.Dialect.WakeOthers}
                """,
                ("@id", SqlReading.IdParameter(edge.Dialect, id)), ("@consumer", consumer),
                ("@key", wanted.OrderedByKey ? given.EffectiveKey : null), ("@now", edge.Dialect.TimeParameter(now))).RunAsync(stopping);
            return true;
        }, stopping);
        signal.Set();
        return answer;
    }

    async Task<Either<StoreFailure, bool>> DiscardAsync(
        EventIdentity identity, string consumer, DateTimeOffset now, CancellationToken stopping)
    {
        var answer = await edge.InTransactionAsync(async (connection, transaction) =>
        {
            if (await FindAsync(connection, transaction, identity, stopping) is not [var (id, _, _)]) return false;
            var skipped = await connection.Command(
                transaction,
                """
                update inbox_event set status = 'skipped', processed_at = @now, updated_at = @now
                where outbox_event_id = @id and consumer_name = @consumer and status in ('received', 'failed', 'dead_letter')
                """,
                ("@id", SqlReading.IdParameter(edge.Dialect, id)), ("@consumer", consumer),
                ("@now", edge.Dialect.TimeParameter(now))).RunAsync(stopping);
            // An event without handlings would look like one whose handlings are all through.
            if (skipped == 0) return false;
            await closing.EndEventsAsync(connection, transaction, [id], now, stopping);
            return true;
        }, stopping);
        signal.Set();
        return answer;
    }

    /// <summary>
    /// With an event go its handlings, and these are locked first, as by who ends tries. An event of which somebody has one, or
    /// which somebody has, is passed over and goes another time.
    /// </summary>
    Task<Either<StoreFailure, int>> PurgeAsync(DateTimeOffset endedBefore, int limit, CancellationToken stopping) =>
        edge.WriteAsync(
            connection => connection.Command(
                null,
                $"""
                with old as materialized (
                    select id from (
                        select id from outbox_event where status = 'processed' and processed_at < @before order by processed_at
                        limit @limit) a
                    union select id from (
                        select id from outbox_event where expired_at < @before order by expired_at limit @limit) b
                    limit @limit),
                locked as materialized (
                    select id from inbox_event where outbox_event_id in (select id from old) {edge.Dialect.SkipLocked})
                delete from outbox_event where id in (
                    select id from outbox_event where id in (select id from old)
                        and (status = 'processed' and processed_at < @before or expired_at < @before)
                        and id not in (
                            select outbox_event_id from inbox_event
                            where outbox_event_id in (select id from old) and id not in (select id from locked))
                    {edge.Dialect.SkipLocked})
                """,
                ("@before", edge.Dialect.TimeParameter(endedBefore)), ("@limit", limit)).RunAsync(stopping),
            stopping);

    Task<Either<StoreFailure, int>> ExpireAsync(DateTimeOffset before, DateTimeOffset now, int limit, CancellationToken stopping) =>
        edge.WriteAsync(
            connection => connection.Command(
                null,
                $"""
                update outbox_event set expired_at = @now, updated_at = @now where id in (
                    select id from outbox_event where no_consumer_since < @before and expired_at is null and status = 'pending'
                    order by no_consumer_since limit @limit {edge.Dialect.SkipLocked})
                """,
                ("@before", edge.Dialect.TimeParameter(before)), ("@now", edge.Dialect.TimeParameter(now)), ("@limit", limit))
                .RunAsync(stopping),
            stopping);

    /// <summary>
    /// It does not go before the commit. Locked is it not: who ends tries locks handlings first and events after them, and so does
    /// whoever changes a handling here.
    /// </summary>
    Task<List<(Guid Id, BrokerEvent Event, bool IsUnrouted)>> FindAsync(
        DbConnection connection, DbTransaction transaction, EventIdentity identity, CancellationToken stopping) =>
        connection.Command(
            transaction,
            $"select {SqlEvents.Columns("e", edge.Dialect.IdText)}, {SqlRouting.IsUnrouted("e")} from outbox_event e where "
            + $"{SqlReading.IdentityIs("e", edge.Dialect.IdText)} {edge.Dialect.KeepRows}",
            ("@source", identity.Source), ("@event", identity.Id))
            .ReadAsync(row => (row.Id(0), SqlEvents.Read(row, 0), row.GetBoolean(SqlEvents.ColumnCount)), stopping);
}
