using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Processing;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Sql;
using Hobom.Slices.Broker.Stores.Sqlite;
using Hobom.Slices.Tests.Broker.Outbox;
using Hobom.Slices.Tests.Broker.Processing;
using LanguageExt;
using Microsoft.Extensions.Time.Testing;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>SQLite lets one write at a time: those of a process come in the order in which they asked.</summary>
public sealed class SqliteTurnTests() : DispatcherRun(Noon), IAsyncLifetime
{
    OutboxDatabase database = null!;

    public async Task InitializeAsync()
    {
        database = await OutboxDatabase.SqliteAsync();
        await database.Store.Consumers.Save(Consumer("c"), default).Right();
        await database.Store.AppendAsync(Event("e1"), Event("e2"));
        await database.Store.RouteAsync();
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task A_publisher_is_not_passed_over_by_handlers_that_came_later()
    {
        var held = await database.Store.ClaimAsync("c");
        var (inside, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = database.Store.Transact(held[0], async (_, _) =>
        {
            inside.SetResult();
            await goOn.Task;
            return Unit.Default;
        }, Noon, default);
        await inside.Task;
        var published = database.Store.AppendAsync(Event("e3"));
        var second = database.Store.Transact(held[1], async (_, _) =>
        {
            await database.Store.OneAsync("e3");
            return Unit.Default;
        }, Noon, default);
        goOn.SetResult();
        await published.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.IsType<TransactionEnd.Committed>(await first);
        Assert.IsType<TransactionEnd.Committed>(await second);
    }

    [Fact]
    public async Task A_handler_waits_for_its_turn_as_long_as_it_takes_and_spends_no_try_before_it_is_called()
    {
        await using var brief = (await SqliteStore.OpenAsync(
            FileName, SqlStoreSettings.Default, Clock, default, turnLimit: TimeSpan.FromMilliseconds(50))).Right();
        await brief.Port.Consumers.Save(Consumer("c") with { Concurrency = 2 }, default).Right();
        var (inside, goOn, calls, transacted) = (new TaskCompletionSource(), new TaskCompletionSource(), 0, 0);
        Ports["c"] = new ConsumerPort.Handles(async (_, _) =>
        {
            if (Interlocked.Increment(ref calls) > 1) return Unit.Default;
            inside.SetResult();
            await goOn.Task;
            return Unit.Default;
        });
        await using var running = StartOn(brief.Port with
        {
            Transact = (claimed, work, now, stopping) =>
            {
                Interlocked.Increment(ref transacted);
                return brief.Port.Transact(claimed, work, now, stopping);
            },
        });
        await inside.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await UntilAsync(() => Task.FromResult(Volatile.Read(ref transacted) == 2));
        // Who came later has waited for longer than a write waits, twice.
        for (var i = 0; i < 2; i++) Assert.True((await brief.Port.Append([Event("e3")], default)).IsLeft);
        Assert.Equal(1, Volatile.Read(ref calls));
        goOn.SetResult();
        await UntilAsync(async () => (await brief.Port.Read.Count(default).Right()).Completed == 2, move: TimeSpan.FromMilliseconds(100));
        foreach (var id in (string[])["e1", "e2"]) Assert.Equal(1, (await brief.Port.OneAsync(id)).Handlings[0].Attempts);
    }

    [Fact]
    public async Task A_handler_that_got_no_transaction_was_not_called_and_has_its_try_still()
    {
        var held = await database.Store.ClaimAsync("c");
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var end = await database.Store.Transact(held[0], (_, _) => throw new InvalidOperationException(), Noon, stop.Token);
        Assert.NotNull(Assert.IsType<TransactionEnd.NotBegun>(end).Failure);
        var group = new HandlerGroup([new HandlerCall(held[0], (_, _) => throw new InvalidOperationException())], () => NextInGroup.Call);
        end = Assert.Single(await database.Store.TransactTogether!(group, Noon, stop.Token));
        Assert.NotNull(Assert.IsType<TransactionEnd.NotBegun>(end).Failure);
    }

    [Fact]
    public async Task A_stop_after_the_call_and_before_its_end_is_written_is_told_as_a_stop()
    {
        var held = await database.Store.ClaimAsync("c");
        using var stop = new CancellationTokenSource();
        var end = await database.Store.Transact(held[0], async (_, _) =>
        {
            await stop.CancelAsync();
            return Unit.Default;
        }, Noon, stop.Token);
        Assert.Equal(new TransactionEnd.WorkFailed(new TryFailure.Stopping()), end);
    }

    [Fact]
    public async Task Counts_are_told_while_somebody_writes()
    {
        await using var connection = await database.OpenAsync();
        await connection.Command(null, "begin immediate; update outbox_event set status = status").RunAsync(default);
        var counts = await database.Store.Read.Count(default).Right().WaitAsync(TimeSpan.FromSeconds(10));
        await connection.Command(null, "rollback").RunAsync(default);
        Assert.Equal(2, counts.Total);
    }

    /// <summary>While a handler writes nobody takes a lease: what waits for it is held when it is over.</summary>
    [Fact]
    public async Task A_renewal_that_waited_for_a_handler_lasts_from_its_end_on()
    {
        var clock = new FakeTimeProvider(Noon);
        var held = await database.Store.ClaimAsync("c");
        var (inside, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var store = (await SqliteStore.OpenAsync(FileName, SqlStoreSettings.Default, clock, default)).Right();
        var handled = store.Port.Transact(held[0], async (_, _) =>
        {
            inside.SetResult();
            await goOn.Task;
            return Unit.Default;
        }, Noon, default);
        await inside.Task;
        var renewal = store.Port.Renew([new LeaseRef(held[1].HandlingId, held[1].Token)], Noon + Lease, default).Right();
        clock.Advance(2 * Lease);
        goOn.SetResult();
        Assert.IsType<TransactionEnd.Committed>(await handled);
        Assert.Equal([held[1].HandlingId], await renewal);
        Assert.Empty(await store.Port.ClaimAsync("c", expired: true, now: Noon + (2 * Lease), owner: "p2"));
    }

    string FileName => new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(database.Address).DataSource;
}
