using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using LanguageExt;
using Npgsql;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What other transactions, and other processes, do at the same rows.</summary>
[Collection(nameof(PostgresCluster))]
public sealed class PostgresTransactionTests(PostgresCluster cluster) : PostgresTest(cluster)
{
    [Fact]
    public async Task A_renewal_does_not_wait_for_a_handling_that_is_just_being_ended()
    {
        await Store.AppendAsync(Event("e1"), Event("e2"));
        await Store.RouteAsync();
        var held = await Store.ClaimAsync("c");
        await using var connection = await Application.OpenConnectionAsync();
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

    static async Task<Either<TryFailure, Unit>> WriteAsync(HandlerTransaction transaction, string text)
    {
        await RunAsync((NpgsqlConnection)transaction.Connection!, $"insert into effect values ('{text}')");
        return Unit.Default;
    }

    static Task<Either<TryFailure, Unit>> Done() => Task.FromResult<Either<TryFailure, Unit>>(Unit.Default);
}
