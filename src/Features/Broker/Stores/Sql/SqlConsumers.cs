using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>
/// The consumers. Who changes them waits until nobody routes: so an event either meets the new consumer, or is one of
/// those that nobody wanted, which are looked at again here.
/// </summary>
sealed class SqlConsumers(SqlEdge edge, SqlClosing closing, Signals signal)
{
    const string Open = "status in ('received', 'processing', 'failed')";

    /// <summary><see cref="ConsumerState.YieldsToTries"/> in SQL.</summary>
    const string YieldsToTries = "(state = 'active' or (state = 'paused' and probe_at is not null))";

    const int RemoveBatch = 200;

    /// <summary>What others lock they hold for as long as a statement takes.</summary>
    const int RemoveTurns = 200;

    static readonly TimeSpan RemoveWait = TimeSpan.FromMilliseconds(25);

    static readonly SqlColumn[] TypeColumns = [new("type", "text")];

    public ConsumerRegister AsRegister() => new(
        stopping => edge.TryAsync(connection => AllAsync(connection, null, stopping), stopping), SaveAsync,
        (name, state, stopping) => SetStateAsync(name, state, "", stopping),
        (name, state, stopping) => SetStateAsync(name, state, $"and {YieldsToTries}", stopping), RemoveAsync);

    public static async Task<IReadOnlyList<Consumer>> AllAsync(
        DbConnection connection, DbTransaction? transaction, CancellationToken stopping) =>
        await connection.Command(
            transaction, "select name, kind, pattern, definition, state, state_reason, probe_at from broker_consumer order by name")
            .ReadAsync(
                row => ConsumerText.Read(
                    row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3),
                    StateOf(row.GetString(4), row.Text(5) ?? "", row.Time(6))),
                stopping);

    Task<Either<StoreFailure, bool>> SaveAsync(Consumer consumer, CancellationToken stopping) =>
        ChangeAsync(async (connection, transaction) =>
        {
            var saved = await connection.Command(
                transaction,
                """
                insert into broker_consumer (name, kind, pattern, definition, state) values (@name, @kind, @pattern, @definition, 'active')
                on conflict (name) do update set kind = excluded.kind, pattern = excluded.pattern, definition = excluded.definition
                    where (broker_consumer.kind = 'handler') = (excluded.kind = 'handler')
                """,
                ("@name", consumer.Name), ("@kind", ConsumerText.WordOf(consumer.Kind)), ("@pattern", consumer.Pattern.Text),
                ("@definition", ConsumerText.Write(consumer))).RunAsync(stopping);
            if (saved == 0) return false;
            await WakeLonelyAsync(connection, transaction, consumer, stopping);
            return true;
        }, stopping);

    /// <summary>Events that nobody wanted and this one does. Others keep the time since when they wait.</summary>
    async Task WakeLonelyAsync(DbConnection connection, DbTransaction transaction, Consumer consumer, CancellationToken stopping)
    {
        var types = await connection.Command(
            transaction, "select distinct event_name from outbox_event where no_consumer_since is not null and expired_at is null")
            .ReadAsync(row => row.GetString(0), stopping);
        object?[][] wanted = [.. types.Where(consumer.Pattern.Matches).Select(t => new object?[] { t })];
        if (wanted.Length == 0) return;
        var rows = edge.Dialect.Bind(new SqlRows(TypeColumns, wanted));
        await connection.Command(
            transaction,
            $"""
            update outbox_event set no_consumer_since = null where id in (
                select id from outbox_event where no_consumer_since is not null and expired_at is null
                    and event_name in (select r.type from {rows.Table}) order by id {edge.Dialect.LockRows})
            """,
            rows.Parameters).RunAsync(stopping);
    }

    Task<Either<StoreFailure, bool>> SetStateAsync(string name, ConsumerState state, string condition, CancellationToken stopping)
    {
        var (word, reason, probe) = state switch
        {
            ConsumerState.Active => ("active", null, null),
            ConsumerState.Paused paused => ("paused", paused.Reason, paused.ProbeAt),
            ConsumerState.Off off => ("off", off.Reason, (DateTimeOffset?)null),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return ChangeAsync(
            async (connection, transaction) => await connection.Command(
                transaction,
                $"update broker_consumer set state = @state, state_reason = @reason, probe_at = @probe where name = @name {condition}",
                ("@state", word), ("@reason", SqlText.Error(reason)), ("@probe", probe is { } at ? edge.Dialect.TimeParameter(at) : null),
                ("@name", name)).RunAsync(stopping) == 1,
            stopping);
    }

    /// <summary>
    /// In small batches, which pass over what others have locked and so wait for nobody's handling while they hold others; then,
    /// with nobody routing, the last of them and the consumer itself in one commit.
    /// </summary>
    async Task<Either<StoreFailure, bool>> RemoveAsync(string name, DateTimeOffset now, CancellationToken stopping)
    {
        for (var turn = 0; turn < RemoveTurns; turn++)
        {
            for (var skipped = RemoveBatch; skipped == RemoveBatch;)
            {
                var batch = await edge.InTransactionAsync(
                    (connection, transaction) => SkipAsync(connection, transaction, name, now, stopping), stopping);
                if (!batch.TryGetRight(out skipped, out var down)) return down;
            }

            var last = await ChangeAsync(
                (connection, transaction) => RemoveLastAsync(connection, transaction, name, now, stopping), stopping);
            if (!last.TryGetRight(out var removed, out var failure)) return failure;
            if (removed.Case is bool was) return was;
            await Task.Delay(RemoveWait, stopping);
        }

        return new StoreFailure($"others hold events of {name} all the time: it is there still, and may be removed again");
    }

    /// <returns>Whether there was such a consumer; none where somebody has one of its handlings locked: it is left as it is.</returns>
    async Task<Option<bool>> RemoveLastAsync(
        DbConnection connection, DbTransaction transaction, string name, DateTimeOffset now, CancellationToken stopping)
    {
        await SkipAsync(connection, transaction, name, now, stopping);
        var left = await connection.Command(
            transaction, $"select 1 from inbox_event where consumer_name = @name and {Open} limit 1", ("@name", name))
            .ReadAsync(row => row.GetInt32(0), stopping);
        if (left.Count > 0) return Option<bool>.None;
        var deleted = await connection.Command(transaction, "delete from broker_consumer where name = @name", ("@name", name))
            .RunAsync(stopping);
        return deleted == 1;
    }

    /// <returns>How many were skipped.</returns>
    async Task<int> SkipAsync(
        DbConnection connection, DbTransaction transaction, string name, DateTimeOffset now, CancellationToken stopping)
    {
        var skipped = await connection.Command(
            transaction,
            $"""
            update inbox_event set status = 'skipped', processed_at = @now, updated_at = @now, leased_by = null, leased_until = null
            where id in (
                select id from inbox_event where consumer_name = @name and {Open} order by position
                limit {RemoveBatch} {edge.Dialect.SkipLocked})
            returning outbox_event_id
            """,
            ("@name", name), ("@now", edge.Dialect.TimeParameter(now))).ReadAsync(row => row.Id(0), stopping);
        await closing.EndEventsAsync(connection, transaction, skipped, now, stopping);
        return skipped.Count;
    }

    async Task<Either<StoreFailure, T>> ChangeAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken stopping)
    {
        var answer = await edge.InTransactionAsync(async (connection, transaction) =>
        {
            await connection.Command(
                transaction, $"update broker_epoch set consumers = consumers + 1; {edge.Dialect.WakeOthers}").RunAsync(stopping);
            return await work(connection, transaction);
        }, stopping);
        signal.Set();
        return answer;
    }

    static ConsumerState StateOf(string word, string reason, DateTimeOffset? probe) => word switch
    {
        "active" => new ConsumerState.Active(),
        "paused" => new ConsumerState.Paused(reason, probe),
        "off" => new ConsumerState.Off(reason),
        _ => throw new InvalidDataException($"no state of a consumer: {word}"),
    };
}
