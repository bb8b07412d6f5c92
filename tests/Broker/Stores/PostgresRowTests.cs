using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Postgres;
using Hobom.Slices.Broker.Stores.Sql;
using LanguageExt;
using Npgsql;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What other programs do at the same tables, and how these are made.</summary>
[Collection(nameof(PostgresCluster))]
public sealed class PostgresRowTests(PostgresCluster cluster) : PostgresTest(cluster)
{
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
    public async Task A_row_with_a_time_beyond_all_calendars_keeps_no_other_from_being_given_out()
    {
        await RunAsync(
            "insert into outbox_event (event_name, source, created_at, available_at) values ('a', 'm', '4000-01-01 BC', '20000-01-01'), "
            + "('a', 'm', '-infinity', 'infinity')");
        await Store.AppendAsync(Event("e1"));
        await Store.RouteAsync(DateTimeOffset.UtcNow);
        Assert.Contains("e1", (await Store.ClaimAsync("c", now: DateTimeOffset.UtcNow.AddSeconds(1))).Select(c => c.Event.Id));
        Assert.Equal(3, (await Store.Read.List(new EventFilter(), 10, default).Right()).Count);
    }

    [Fact]
    public async Task A_commit_of_another_program_wakes_and_nothing_does_before()
    {
        // The wake-ups of the store's own start and of the consumer are over when a second goes by without one.
        var woken = Store.WakeUp.Listen();
        while (await WokenAsync(woken, 1000))
        {
        }

        await using var connection = await Application.OpenConnectionAsync();
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
        await using var connection = await Application.OpenConnectionAsync();
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
        await using var connection = await Application.OpenConnectionAsync();
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
        var there = new NpgsqlConnectionStringBuilder(Address) { SearchPath = "elsewhere" }.ToString();
        await using var other = (await PostgresStore.OpenAsync(there, "events", SqlStoreSettings.Default, TimeProvider.System, default)).Right();
        await other.Port.Consumers.Save(Consumer("c"), default).Right();
        await other.Port.AppendAsync(Event("e1"));
        await other.Port.RouteAsync();
        await other.Port.CloseAsync((await other.Port.ClaimAsync("c"))[0], new TryEnd.Done());
        Assert.Equal("processed", await ScalarAsync("select status from elsewhere.outbox_event"));
        Assert.Equal(0L, await ScalarAsync("select count(*) from public.outbox_event"));
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
}
