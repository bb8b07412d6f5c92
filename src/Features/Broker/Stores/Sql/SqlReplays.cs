using System.Data.Common;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Sql;

/// <summary>
/// Replays. A step gives events out and moves the cursor in one commit, with the replay's row locked: a process that dies
/// leaves it either before the step or after it, and two processes never make the same one.
/// </summary>
sealed class SqlReplays(SqlEdge edge, Signals signal)
{
    const string Columns = "id, definition, state, cursor_no, given, waiting, next_at, why, created_at, started_at, ended_at";

    static readonly SqlColumn[] TextColumns = [new("id", "text")];

    static readonly SqlColumn[] HandlingColumns =
        [new("n", "bigint"), new("event", "uuid"), new("key", "text")];

    public ReplayRegister AsRegister() => new(PlanAsync, AllAsync, ChangeAsync, StepAsync, NextDueAsync);

    Task<Either<StoreFailure, StoreReplay>> PlanAsync(StoreReplay replay, CancellationToken stopping) =>
        edge.InTransactionAsync(async (connection, transaction) =>
        {
            var bound = await connection.Command(transaction, "select routed from broker_epoch").ScalarAsync(stopping);
            var bounded = replay with { Bound = Convert.ToInt64(bound, System.Globalization.CultureInfo.InvariantCulture) };
            var (where, parameters) = Where(bounded);
            var types = await connection.Command(
                transaction, $"select e.event_name, count(*) from outbox_event e {where} group by e.event_name", parameters)
                .ReadAsync(row => (Type: row.GetString(0), Count: row.GetInt64(1)), stopping);
            var planned = bounded with { Count = types.Where(t => bounded.Choice.FitsType(t.Type)).Sum(t => t.Count) };
            await connection.Command(
                transaction,
                "insert into broker_replay (id, definition, state, next_at, created_at) values (@id, @definition, @state, @next, @created)",
                ("@id", planned.Id), ("@definition", ReplayText.Write(planned)), ("@state", WordOf(planned.State)),
                ("@next", edge.Dialect.TimeParameter(planned.NextAt)), ("@created", edge.Dialect.TimeParameter(planned.CreatedAt)))
                .RunAsync(stopping);
            return planned;
        }, stopping);

    Task<Either<StoreFailure, IReadOnlyList<StoreReplay>>> AllAsync(CancellationToken stopping) =>
        edge.TryAsync<IReadOnlyList<StoreReplay>>(
            async connection => await connection
                .Command(null, $"select {Columns} from broker_replay order by created_at desc, id limit 200").ReadAsync(Read, stopping),
            stopping);

    async Task<Either<StoreFailure, Option<Either<string, StoreReplay>>>> ChangeAsync(
        string id, Func<StoreReplay, Either<string, StoreReplay>> change, CancellationToken stopping)
    {
        var answer = await edge.InTransactionAsync<Option<Either<string, StoreReplay>>>(async (connection, transaction) =>
        {
            var found = await connection
                .Command(transaction, $"select {Columns} from broker_replay where id = @id {edge.Dialect.LockRows}", ("@id", id))
                .ReadAsync(Read, stopping);
            if (found is not [var known]) return Option<Either<string, StoreReplay>>.None;
            var changed = change(known);
            if (changed.TryGetRight(out var next, out _)) await SaveAsync(connection, transaction, next, stopping);
            return changed;
        }, stopping);
        signal.Set();
        return answer;
    }

    async Task<Either<StoreFailure, bool>> StepAsync(DateTimeOffset now, CancellationToken stopping)
    {
        var stepped = await edge.InTransactionAsync(async (connection, transaction) =>
        {
            var due = await connection.Command(
                transaction,
                $"select {Columns} from broker_replay where state = 'running' and next_at <= @now order by next_at limit 1 "
                + edge.Dialect.SkipLocked,
                ("@now", edge.Dialect.TimeParameter(now))).ReadAsync(Read, stopping);
            if (due is not [var replay]) return false;
            await SqlRouting.HoldAsync(connection, transaction, edge.Dialect, stopping);
            var consumer = (await SqlConsumers.AllAsync(connection, transaction, stopping)).FirstOrDefault(c => c.Name == replay.Consumer);
            var next = StoreReplay.Hindrance(consumer) is { } why
                ? replay.HeldUp(why, now)
                : await GiveAsync(connection, transaction, replay, consumer!, now, stopping);
            if (next is null) return false;
            await SaveAsync(connection, transaction, next, stopping);
            return true;
        }, stopping);
        signal.Set();
        return stepped;
    }

    Task<Either<StoreFailure, Option<DateTimeOffset>>> NextDueAsync(CancellationToken stopping) =>
        edge.TryAsync<Option<DateTimeOffset>>(async connection =>
        {
            var times = await connection.Command(null, "select min(next_at) from broker_replay where state = 'running'")
                .ReadAsync(row => row.Time(0), stopping);
            return times[0] is { } at ? at : default(Option<DateTimeOffset>);
        }, stopping);

    /// <returns>Null where somebody has one of the handlings locked: to wait for him might be to wait in a circle.</returns>
    async Task<StoreReplay?> GiveAsync(
        DbConnection connection, DbTransaction transaction, StoreReplay replay, Consumer consumer, DateTimeOffset now,
        CancellationToken stopping)
    {
        var (where, parameters) = Where(replay);
        var page = await connection.Command(
            transaction,
            "select e.id, e.routed_no, e.event_name, e.source_module, e.aggregate_type, e.aggregate_id, e.ordering_key, "
            + $"{SqlRouting.IsUnrouted("e")} from outbox_event e {where} order by e.routed_no limit {StoreReplay.LookLimit}",
            parameters).ReadAsync(
                row => (Id: row.Id(0), No: row.GetInt64(1), Type: row.GetString(2), Key: SqlRouting.KeyOf(row, 3),
                    IsUnrouted: row.GetBoolean(7)),
                stopping);
        var fitting = page.Where(e => replay.Choice.FitsType(e.Type)).Take(replay.StepSize).ToArray();
        var chosen = fitting.TakeWhile(e => !e.IsUnrouted).ToArray();
        if (chosen.Length == 0 && fitting.Length > 0) return replay.HeldUp(StoreReplay.UnroutedWhy, now);
        var isFull = chosen.Length == replay.StepSize || chosen.Length < fitting.Length;
        if (!await LockHandlingsAsync(connection, transaction, replay.Consumer, [.. chosen.Select(e => e.Id)], stopping)) return null;
        var given = await ReceiveAsync(
            connection, transaction, replay, [.. chosen.Select(e => (e.Id, consumer.OrderedByKey ? e.Key : null))], now, stopping);
        var upTo = isFull ? chosen[^1].No : page.Count == 0 ? replay.Bound : page[^1].No;
        return replay.After(upTo, given, chosen.Length - given, !isFull && page.Count < StoreReplay.LookLimit, now);
    }

    async Task<bool> LockHandlingsAsync(
        DbConnection connection, DbTransaction transaction, string consumer, Guid[] events, CancellationToken stopping)
    {
        if (edge.Dialect.SkipLocked.Length == 0 || events.Length == 0) return true;
        var ids = edge.Dialect.Bind(SqlRows.Ids(events));
        var mine = "from inbox_event h where h.consumer_name = @consumer and h.outbox_event_id in "
            + $"(select r.id from {ids.Table})";
        var counts = await connection.Command(
            transaction,
            $"with locked as (select h.id {mine} {edge.Dialect.SkipLocked}) select (select count(*) {mine}), count(*) from locked",
            [.. ids.Parameters, ("@consumer", consumer)])
            .ReadAsync(row => (All: row.GetInt64(0), Locked: row.GetInt64(1)), stopping);
        return counts is [var (all, locked)] && all == locked;
    }

    async Task<int> ReceiveAsync(
        DbConnection connection, DbTransaction transaction, StoreReplay replay, IReadOnlyList<(Guid Id, string? Key)> chosen,
        DateTimeOffset now, CancellationToken stopping)
    {
        if (chosen.Count == 0) return 0;
        var rows = edge.Dialect.Bind(new SqlRows(HandlingColumns, [.. chosen.Select((e, n) => new object?[] { (long)n, e.Id, e.Key })]));
        var time = edge.Dialect.TimeParameter(now);
        var given = await connection.Command(
            transaction,
            $"""
            insert into inbox_event (outbox_event_id, consumer_name, ordering_key, available_at, created_at, updated_at)
            select r.event, @consumer, r.key, @now, @now, @now from {rows.Table} where true order by r.n
            on conflict (outbox_event_id, consumer_name) do update
                set {SqlClosing.Anew}, edited_payload = null, updated_at = @now
                where inbox_event.status in ('processed', 'dead_letter', 'skipped')
            returning outbox_event_id
            """,
            [.. rows.Parameters, ("@consumer", replay.Consumer), ("@now", time)])
            .ReadAsync(row => row.Id(0), stopping);
        var ids = edge.Dialect.Bind(SqlRows.Ids(given));
        await connection.Command(
            transaction,
            $"""
            update outbox_event set status = 'processing', no_consumer_since = null, expired_at = null, processed_at = null,
                last_error = null, updated_at = @now where id in (
                    select id from outbox_event where id in (select r.id from {ids.Table})
                    order by id {edge.Dialect.LockRows});
            {edge.Dialect.WakeOthers}
            """,
            [.. ids.Parameters, ("@now", time)]).RunAsync(stopping);
        return given.Count;
    }

    (string Where, (string, object?)[] Parameters) Where(StoreReplay replay)
    {
        var choice = replay.Choice;
        var (where, parameters) = SqlFilter.Where(
            new EventFilter(choice.Source, choice.Status, From: choice.From, To: choice.To), edge.Dialect);
        var conditions = new List<string> { "e.routed_no > @r_cursor and e.routed_no <= @r_bound" };
        List<(string, object?)> all = [.. parameters, ("@r_cursor", replay.Cursor), ("@r_bound", replay.Bound)];
        if (choice.Ids is { } ids)
        {
            var id = $"coalesce(e.event_id, {edge.Dialect.IdText.Replace("id", "e.id", StringComparison.Ordinal)})";
            var wanted = edge.Dialect.Bind(new SqlRows(TextColumns, [.. ids.Select(i => new object?[] { i })]));
            conditions.Add($"{id} in (select r.id from {wanted.Table})");
            all.AddRange(wanted.Parameters);
        }

        if (choice.OnlyDead)
        {
            conditions.Add(
                "exists (select 1 from inbox_event d where d.outbox_event_id = e.id and d.consumer_name = @r_consumer "
                + "and d.status = 'dead_letter')");
            all.Add(("@r_consumer", replay.Consumer));
        }

        return ($"{(where.Length == 0 ? "where" : $"{where} and")} {string.Join(" and ", conditions)}", [.. all]);
    }

    Task<int> SaveAsync(DbConnection connection, DbTransaction transaction, StoreReplay replay, CancellationToken stopping)
    {
        object? Time(DateTimeOffset? time) => time is { } at ? edge.Dialect.TimeParameter(at) : null;
        return connection.Command(
            transaction,
            $"""
            update broker_replay set state = @state, cursor_no = @cursor, given = @given, waiting = @waiting, next_at = @next,
                why = @why, started_at = @started, ended_at = @ended where id = @id; {edge.Dialect.WakeOthers}
            """,
            ("@id", replay.Id), ("@state", WordOf(replay.State)), ("@cursor", replay.Cursor), ("@given", replay.Given),
            ("@waiting", replay.Waiting), ("@next", Time(replay.NextAt)), ("@why", SqlText.Error(replay.Why)),
            ("@started", Time(replay.StartedAt)), ("@ended", Time(replay.EndedAt))).RunAsync(stopping);
    }

    static StoreReplay Read(DbDataReader row)
    {
        var text = ReplayText.Read(row.GetString(1));
        var state = Enum.GetValues<StoreReplayState>().First(s => WordOf(s) == row.GetString(2));
        return new StoreReplay(
            row.GetString(0), text.By, row.Time(8) ?? default, text.Choice(), text.Consumer, text.Rate, text.Bound, text.Count, state,
            row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.Time(6) ?? default, row.Text(7), row.Time(9), row.Time(10));
    }

    static string WordOf(StoreReplayState state) => state.ToString().ToLowerInvariant();
}
