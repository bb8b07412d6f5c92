using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Postgres;
using Hobom.Slices.Broker.Stores.Sql;
using LanguageExt;
using Npgsql;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What other programs, other transactions and other processes do at the same tables.</summary>
[Collection(nameof(PostgresCluster))]
public sealed class PostgresRowTests(PostgresCluster cluster) : IAsyncLifetime
{
    string address = "";
    PostgresStore opened = null!;
    NpgsqlDataSource application = null!;

    BrokerStore Store => opened.Port;

    public async Task InitializeAsync()
    {
        address = await cluster.NewDatabaseAsync();
        opened = await OpenAsync();
        application = NpgsqlDataSource.Create(address);
        await Store.Consumers.Save(Consumer("c", ordered: true), default).Right();
    }

    public async Task DisposeAsync()
    {
        await application.DisposeAsync();
        await opened.DisposeAsync();
    }

    [Fact]
    public async Task A_row_that_another_program_wrote_is_an_event_with_every_default()
    {
        await RunAsync("""insert into outbox_event (event_name, source_module, aggregate_type, aggregate_id, payload) values ('a.b', 'shop', 'order', '7', convert_to('{"x": "\\"}', 'UTF8'))""");
        await Store.RouteAsync(DateTimeOffset.UtcNow);
        var claimed = Assert.Single(await Store.ClaimAsync("c", now: DateTimeOffset.UtcNow));
        Assert.Equal(("shop", "a.b", "shop/order/7"), (claimed.Event.Source, claimed.Event.Type, claimed.Event.EffectiveKey));
        Assert.Equal(claimed.RowId.ToString(), claimed.Event.Id);
        Assert.Equal("""{"x": "\\"}"""u8.ToArray(), claimed.Event.Payload.Match(p => p.ToArray(), () => []));
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_keeps_no_other_from_being_given_out()
    {
        await RunAsync("insert into outbox_event (event_name, source_module, payload, payload_encoding) values ('a', 'm', 'no gzip', 'gzip')");
        await Store.AppendAsync(Event("e1"));
        await Store.RouteAsync(DateTimeOffset.UtcNow);
        var held = await Store.ClaimAsync("c", now: DateTimeOffset.UtcNow.AddSeconds(1));
        Assert.Equal(2, held.Count);
        Assert.StartsWith("payload_encoding is gzip", held.Single(c => c.Event.Id != "e1").Event.Unreadable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewal_does_not_wait_for_a_handling_that_is_just_being_ended()
    {
        await Store.AppendAsync(Event("e1"), Event("e2"));
        await Store.RouteAsync();
        var held = await Store.ClaimAsync("c");
        await using var connection = await application.OpenConnectionAsync();
        await using var ending = await connection.BeginTransactionAsync();
        await RunAsync(connection, $"update inbox_event set status = 'processed' where id = '{held[0].HandlingId}'");
        LeaseRef[] leases = [.. held.Select(h => new LeaseRef(h.HandlingId, h.Token))];
        var renewed = await Store.Renew(leases, Noon.AddHours(1), default).Right().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(held.Select(h => h.HandlingId).ToHashSet(), renewed);
        await ending.CommitAsync();
        Assert.Equal([held[1].HandlingId], await Store.Renew(leases, Noon.AddHours(1), default).Right());
        Assert.Empty(await Store.ClaimAsync("c", expired: true, now: Noon.AddMinutes(59)));
    }

    [Fact]
    public async Task The_last_handling_of_an_event_is_found_without_reading_the_whole_table()
    {
        await Store.AppendAsync(Event("e1"));
        await Store.RouteAsync();
        var held = await Store.ClaimAsync("c");
        // As tables are that have just grown: nobody has counted them yet.
        await RunAsync(
            """
            alter table inbox_event set (autovacuum_enabled = false);
            with many as (
                insert into outbox_event (event_name, source, status) select 'a', 'tests', 'processed' from generate_series(1, 5000) returning id)
            insert into inbox_event (outbox_event_id, consumer_name, status) select id, 'c', 'processed' from many;
            create table whole_reads (made bigint);
            create function note_whole_reads() returns trigger language plpgsql as $$ begin
                insert into whole_reads select seq_scan from pg_stat_xact_user_tables where relname = 'inbox_event'; return null; end $$;
            create trigger before_update before update on outbox_event for each statement execute function note_whole_reads();
            create trigger after_update after update on outbox_event for each statement execute function note_whole_reads()
            """);
        await Store.CloseAsync(held[0], new TryEnd.Done());
        Assert.Equal(EventStatus.Completed, (await Store.OneAsync("e1")).Status);
        Assert.Equal(0L, await ScalarAsync("select max(made) - min(made) from whole_reads having count(*) = 2"));
    }

    [Fact]
    public async Task A_commit_of_another_program_wakes_and_nothing_does_before()
    {
        // The wake-ups of the store's own start and of the consumer are over when a second goes by without one.
        var woken = Store.WakeUp.Listen();
        while (await WokenAsync(woken, 1000))
        {
        }

        await using var connection = await application.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, "insert into outbox_event (event_name, source_module) values ('a', 'm')");
        var heard = woken.WaitAsync(default);
        Assert.NotSame(heard, await Task.WhenAny(heard, Task.Delay(300)));
        await transaction.CommitAsync();
        await heard.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task A_row_that_commits_late_is_passed_by_nobody()
    {
        await using var connection = await application.OpenConnectionAsync();
        await using var late = await connection.BeginTransactionAsync();
        await RunAsync(connection, "insert into outbox_event (event_id, event_name, source) values ('late', 'a', 'tests')");
        await Store.AppendAsync(Event("early"));
        await Store.RouteAsync();
        var seen = await Store.Read.Since(0, 10, default).Right();
        Assert.Equal(["early"], seen.Select(e => e.Event.Id));
        await late.CommitAsync();
        await Store.RouteAsync(DateTimeOffset.UtcNow);
        Assert.Equal(["late"], (await Store.Read.Since(seen[^1].RoutedNo!.Value, 10, default).Right()).Select(e => e.Event.Id));
        Assert.Equal(["early", "late"], (await Store.ClaimAsync("c", now: DateTimeOffset.UtcNow.AddSeconds(1))).Select(c => c.Event.Id));
    }

    [Fact]
    public async Task No_open_transaction_of_others_stops_delivery()
    {
        await Store.AppendAsync(Event("e1"), Event("e2"));
        await using var connection = await application.OpenConnectionAsync();
        await using var open = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await RunAsync(connection, "select txid_current()");
        await RunAsync(connection, "insert into outbox_event (event_name, source_module) values ('a', 'm')");
        await RunAsync(connection, "select * from outbox_event where event_id = 'e1' for update");
        Assert.Equal(1, await Store.RouteAsync());
        Assert.Equal("e2", Assert.Single(await Store.ClaimAsync("c")).Event.Id);
        await open.RollbackAsync();
        Assert.Equal(1, await Store.RouteAsync());
    }

    [Fact]
    public async Task Several_processes_take_each_handling_once()
    {
        await using var second = await OpenAsync();
        await Store.AppendAsync([.. Enumerable.Range(0, 300).Select(i => Event($"e{i}"))]);
        async Task<List<Guid>> DrainAsync(BrokerStore store)
        {
            var taken = new List<Guid>();
            for (var idle = 0; idle < 5;)
            {
                await store.Route(new RouteRequest(50, Noon), default).Right();
                var claimed = await store.ClaimAsync("c", limit: 7);
                taken.AddRange(claimed.Select(c => c.HandlingId));
                idle = claimed.Count == 0 ? idle + 1 : 0;
            }

            return taken;
        }

        var shares = await Task.WhenAll(DrainAsync(Store), DrainAsync(second.Port), DrainAsync(Store), DrainAsync(second.Port));
        Assert.Equal(300, shares.Sum(s => s.Count));
        Assert.Equal(300, shares.SelectMany(s => s).Distinct().Count());
    }

    [Fact]
    public async Task The_last_two_handlings_ended_at_once_end_the_event()
    {
        await Store.Consumers.Save(Consumer("d"), default).Right();
        for (var round = 0; round < 20; round++)
        {
            await Store.AppendAsync(Event($"e{round}"));
            await Store.RouteAsync();
            var (one, other) = ((await Store.ClaimAsync("c"))[0], (await Store.ClaimAsync("d"))[0]);
            await Task.WhenAll(Store.CloseAsync(one, new TryEnd.Done()), Store.Transact(other, (_, _) => Done(), Noon, default));
        }

        Assert.Equal(20L, await ScalarAsync("select count(*) from outbox_event where status = 'processed'"));
    }

    [Fact]
    public async Task A_handlers_writes_commit_with_the_end_of_its_handling_or_not_at_all()
    {
        await RunAsync("create table effect (id text)");
        await Store.AppendAsync(Event("done"), Event("failed"), Event("lost"));
        await Store.RouteAsync();
        var held = await Store.ClaimAsync("c");
        Assert.IsType<TransactionEnd.Committed>(await Store.Transact(held[0], (t, _) => WriteAsync(t, "done"), Noon, default));
        Assert.IsType<TransactionEnd.WorkFailed>(await Store.Transact(held[1], async (t, s) =>
        {
            await WriteAsync(t, "failed");
            return new TryFailure.Transient("no");
        }, Noon, default));
        Assert.IsType<TransactionEnd.LeaseLost>(await Store.Transact(held[2], async (t, s) =>
        {
            await Store.ClaimAsync("c", expired: true, now: Noon + Lease, owner: "p2");
            return await WriteAsync(t, "lost");
        }, Noon, default));
        Assert.Equal("done", await ScalarAsync("select string_agg(id, ',') from effect"));
    }

    [Theory]
    [InlineData("insert into nowhere values (1)")]
    [InlineData("commit")]
    [InlineData("rollback")]
    [InlineData("commit; begin")]
    public async Task A_transaction_that_is_aborted_or_that_the_handler_ended_is_a_failed_try(string statement)
    {
        await Store.AppendAsync(Event("e1"));
        await Store.RouteAsync();
        var held = (await Store.ClaimAsync("c"))[0];
        var end = await Store.Transact(held, async (t, _) =>
        {
            try
            {
                await RunAsync((NpgsqlConnection)t.Connection!, statement);
            }
            catch (PostgresException)
            {
                // A handler that swallows the error goes on in a transaction that can commit nothing.
            }

            return Unit.Default;
        }, Noon, default);
        Assert.IsType<TransactionEnd.WorkFailed>(end);
        Assert.IsType<HandlingState.Leased>((await Store.OneAsync("e1")).Handlings[0].State);
    }

    [Fact]
    public async Task The_listener_comes_back_when_its_connection_was_cut()
    {
        await RunAsync("select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%'");
        await Task.Delay(1500);
        var woken = Store.WakeUp.Listen();
        for (var i = 0; i < 40; i++)
        {
            await RunAsync("insert into outbox_event (event_name, source_module) values ('a', 'm')");
            if (await WokenAsync(woken, 250)) return;
        }

        Assert.Fail("no wake-up after the connection was cut");
    }

    [Fact]
    public async Task A_dead_row_of_before_the_kinds_says_that_nobody_knows_its_own()
    {
        await Store.AppendAsync(Event("e1"));
        await Store.RouteAsync();
        await Store.CloseAsync((await Store.ClaimAsync("c"))[0], new TryEnd.Dead("no") { Kind = FailureKind.Threw });
        await RunAsync("alter table inbox_event drop column failure_kind; delete from broker_migration where version = 3");
        await using var later = await OpenAsync();
        var dead = Assert.Single(await later.Port.Dead.List(new DeadFilter(), 9, default).Right());
        Assert.Equal(("no", null), (dead.Handling.LastError, dead.Handling.Kind));
    }

    [Fact]
    public async Task Tables_are_made_once_however_many_processes_start()
    {
        var others = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => OpenAsync()));
        foreach (var other in others) await other.DisposeAsync();
        Assert.Equal((long)Migrations.Of("Postgres").Count, await ScalarAsync("select count(*) from broker_migration"));
    }

    /// <summary>The predecessor wrote the name of a database's own enum into its statements.</summary>
    [Fact]
    public async Task H20_no_type_of_a_databases_own_is_needed_and_any_schema_will_do()
    {
        Assert.Equal(0L, await ScalarAsync("select count(*) from pg_type where typtype = 'e'"));
        await RunAsync("create schema elsewhere");
        var there = new NpgsqlConnectionStringBuilder(address) { SearchPath = "elsewhere" }.ToString();
        await using var other = (await PostgresStore.OpenAsync(there, "events", SqlStoreSettings.Default, TimeProvider.System, default)).Right();
        await other.Port.Consumers.Save(Consumer("c"), default).Right();
        await other.Port.AppendAsync(Event("e1"));
        await other.Port.RouteAsync();
        await other.Port.CloseAsync((await other.Port.ClaimAsync("c"))[0], new TryEnd.Done());
        Assert.Equal("processed", await ScalarAsync("select status from elsewhere.outbox_event"));
        Assert.Equal(0L, await ScalarAsync("select count(*) from public.outbox_event"));
    }

    async Task<PostgresStore> OpenAsync() =>
        (await PostgresStore.OpenAsync(address, "events", SqlStoreSettings.Default, TimeProvider.System, default)).Right();

    static async Task<Either<TryFailure, Unit>> WriteAsync(HandlerTransaction transaction, string text)
    {
        await RunAsync((NpgsqlConnection)transaction.Connection!, $"insert into effect values ('{text}')");
        return Unit.Default;
    }

    static async Task<bool> WokenAsync(Signal signal, int milliseconds)
    {
        using var over = new CancellationTokenSource(milliseconds);
        try
        {
            await signal.WaitAsync(over.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    static Task<Either<TryFailure, Unit>> Done() => Task.FromResult<Either<TryFailure, Unit>>(Unit.Default);

    async Task RunAsync(string text)
    {
        await using var connection = await application.OpenConnectionAsync();
        await RunAsync(connection, text);
    }

    static async Task RunAsync(NpgsqlConnection connection, string text)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync();
    }

    async Task<object?> ScalarAsync(string text)
    {
        await using var command = application.CreateCommand(text);
        return await command.ExecuteScalarAsync();
    }
}
