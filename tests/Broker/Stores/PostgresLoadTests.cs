using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What the database reads for an event, as it counts that itself: it must not grow with what came before.</summary>
[Collection(nameof(PostgresCluster))]
public sealed class PostgresLoadTests(PostgresCluster cluster) : PostgresTest(cluster)
{
    const int Ended = 5000;

    const int Ends = 10;

    /// <summary>Rows that are no more stay in an index until the table is vacuumed: here it never is.</summary>
    [Fact]
    public async Task The_end_of_a_try_reads_nothing_of_what_was_leased_and_ended_before()
    {
        await Store.Consumers.Save(Consumer("c"), default).Right();
        await RunAsync(
            $"""
            alter table inbox_event set (autovacuum_enabled = false);
            insert into outbox_event (event_name, source, status) select 'a', 'b', 'processed' from generate_series(1, {Ended});
            insert into inbox_event (outbox_event_id, consumer_name, status, leased_until) select id, 'c', 'processing', now() from outbox_event;
            update inbox_event set status = 'processed', leased_until = null
            """);
        for (var i = 0; i < Ends; i++)
        {
            await Store.AppendAsync(Event($"e{i}"));
            var taker = new ClaimRequest("c", false, "p1", Noon, Lease, 10, Expired: false);
            var taken = await Store.Route(new RouteRequest(10, Noon) { Takers = [taker] }, default).Right();
            Assert.True(await Store.CloseAsync(Assert.Single(taken.Claimed), new TryEnd.Done()));
        }

        // A connection tells what it counted when it has something to do again, at most once a second. What is asked here reads the
        // index once and marks what is dead in it.
        while (await CountAsync("select n_tup_upd from pg_stat_user_tables where relname = 'inbox_event'") < Ended + Ends)
        {
            await Task.Delay(50);
            await Store.NextDue(Noon, default).Right();
        }

        Assert.InRange(
            await CountAsync("select idx_tup_read from pg_stat_user_indexes where indexrelname = 'inbox_event_leased'"), 0, 3 * Ended);
    }

    async Task<long> CountAsync(string sql) => (long)(await ScalarAsync(sql))!;
}
