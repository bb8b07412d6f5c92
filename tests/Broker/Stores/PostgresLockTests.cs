using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>
/// Who ends tries locks handlings in any order, and events after them. Whatever else changes many rows must not wait for it in a
/// circle: PostgreSQL would end one of both.
/// </summary>
[Collection(nameof(PostgresCluster))]
public sealed class PostgresLockTests(PostgresCluster cluster) : PostgresTest(cluster)
{
    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Store.Consumers.Save(Consumer("c"), default).Right();
        await Store.AppendAsync(Event("e1"), Event("e2"), Event("e3"));
        await Store.RouteAsync();
    }

    [Fact]
    public async Task A_removal_of_a_consumer_passes_over_what_somebody_is_ending()
    {
        await AgainstAsync(
            "update inbox_event set updated_at = now() where position = (select max(position) from inbox_event)",
            () => Store.Consumers.Remove("c", Noon, default).Right(),
            "update inbox_event set updated_at = now() where position = (select min(position) from inbox_event)");
        Assert.Empty(await Store.Consumers.All(default).Right());
        Assert.Equal(3, (await Store.Read.Count(default).Right()).Completed);
    }

    [Fact]
    public async Task A_replay_of_one_event_waits_for_its_handling_with_nothing_in_hand()
    {
        await AgainstAsync(
            "update inbox_event set updated_at = now()", () => Store.Operate.Replay(new EventIdentity("tests", "e1"), "c", Noon, default).Right(),
            "select id from outbox_event order by id for no key update");
    }

    [Fact]
    public async Task A_replay_of_an_event_that_is_being_removed_finds_none()
    {
        await AgainstAsync(
            "delete from outbox_event where event_id = 'e1'",
            async () => Assert.False(await Store.Operate.Replay(new EventIdentity("tests", "e1"), "c", Noon, default).Right()),
            "select 1");
    }

    [Fact]
    public async Task A_discard_waits_for_its_handling_with_nothing_in_hand()
    {
        await AgainstAsync(
            "update inbox_event set updated_at = now()", () => Store.Operate.Discard(new EventIdentity("tests", "e1"), "c", Noon, default).Right(),
            "select id from outbox_event order by id for no key update");
        Assert.Equal(EventStatus.Completed, (await Store.OneAsync("e1")).Status);
    }

    /// <summary>As a replay of one of them does: its handling first, and then the event.</summary>
    [Fact]
    public async Task A_purge_passes_over_the_events_of_which_somebody_has_a_handling()
    {
        foreach (var held in await Store.ClaimAsync("c")) await Store.CloseAsync(held, new TryEnd.Done());
        await AgainstAsync(
            "update inbox_event set updated_at = now() where position = (select min(position) from inbox_event)",
            async () => Assert.Equal(2, await Store.Operate.Purge(Noon.AddDays(1), 10, default).Right()),
            "select id from outbox_event where event_id = 'e1' for no key update");
        Assert.Equal(1, await Store.Operate.Purge(Noon.AddDays(1), 10, default).Right());
        Assert.Empty(await Store.Read.List(new EventFilter(), 10, default).Right());
    }

    [Fact]
    public async Task A_purge_leaves_what_is_being_replayed_and_takes_no_handling_that_was_just_given()
    {
        foreach (var held in await Store.ClaimAsync("c")) await Store.CloseAsync(held, new TryEnd.Done());
        await Store.Consumers.Save(Consumer("d"), default).Right();
        var before = await DeadlocksAsync();
        for (var round = 0; round < 20; round++)
        {
            var names = Enumerable.Range(0, 20).Select(i => $"p{round}-{i}").ToArray();
            await Store.AppendAsync([.. names.Select(n => Event(n))]);
            await Store.RouteAsync();
            foreach (var consumer in (string[])["c", "d"])
                await Store.Close(
                    [.. (await Store.ClaimAsync(consumer, limit: 100)).Select(h => new Closing(h.HandlingId, h.Token, new TryEnd.Done()))],
                    Noon, default).Right();
            var replays = names.Select(n => Store.Operate.Replay(new EventIdentity("tests", n), "c", Noon, default));
            var purges = Enumerable.Range(0, 4).Select(_ => Store.Operate.Purge(Noon.AddDays(1), 10, default));
            var replayed = Task.WhenAll(replays);
            var purged = Task.WhenAll(purges);
            Assert.All(await purged.WaitAsync(TimeSpan.FromSeconds(30)), p => Assert.True(p.IsRight));
            Assert.All(await replayed.WaitAsync(TimeSpan.FromSeconds(30)), r => Assert.True(r.IsRight));
        }

        Assert.Equal(before, await DeadlocksAsync());
        var left = await Store.Read.List(new EventFilter(), 1000, default).Right();
        Assert.All(left.Where(e => e.Status == EventStatus.Processing), e => Assert.Contains(e.Handlings, h => h.Consumer == "c"));
    }

    [Fact]
    public async Task A_step_of_a_replay_leaves_off_where_somebody_has_a_handling_and_is_made_later()
    {
        foreach (var held in await Store.ClaimAsync("c")) await Store.CloseAsync(held, new TryEnd.Dead("no"));
        var choice = new ReplayChoice(null, null, null, null, null, null, OnlyDead: false);
        var planned = new StoreReplay("r1", "ann", Noon, choice, "c", 50, 0, 0, StoreReplayState.Running, 0, 0, 0, Noon, null, Noon, null);
        await Store.Replays.Plan(planned, default).Right();
        await AgainstAsync(
            "update inbox_event set updated_at = now() where position = (select max(position) from inbox_event)",
            async () => Assert.False(await Store.Replays.Step(Noon, default).Right()),
            "update inbox_event set updated_at = now() where position = (select min(position) from inbox_event)");
        Assert.Equal(0, Assert.Single(await Store.Replays.All(default).Right()).Given);
        Assert.True(await Store.Replays.Step(Noon, default).Right());
        Assert.Equal(3, Assert.Single(await Store.Replays.All(default).Right()).Given);
        Assert.Equal(3, (await Store.ClaimAsync("c")).Count);
    }

    [Fact]
    public async Task Removals_and_ends_of_tries_and_replays_at_once_end_without_a_circle()
    {
        var before = await DeadlocksAsync();
        for (var round = 0; round < 8; round++)
        {
            var names = Enumerable.Range(0, 40).Select(i => $"r{round}-{i}").ToArray();
            await Store.Consumers.Save(Consumer("c"), default).Right();
            await Store.Consumers.Save(Consumer("d"), default).Right();
            await Store.AppendAsync([.. names.Select(n => Event(n))]);
            await Store.RouteAsync();
            var held = (await Store.ClaimAsync("c", limit: 30)).Concat(await Store.ClaimAsync("d", limit: 30)).ToArray();
            Random.Shared.Shuffle(held);
            var closings = held.Chunk(10).Select(
                chunk => Store.Close([.. chunk.Select(h => new Closing(h.HandlingId, h.Token, new TryEnd.Done()))], Noon, default).Right());
            var replays = names.Take(10).Select(n => Store.Operate.Replay(new EventIdentity("tests", n), "d", Noon, default).Right());
            var discards = names.TakeLast(10).Select(n => Store.Operate.Discard(new EventIdentity("tests", n), "d", Noon, default).Right());
            await Task.WhenAll([.. closings, Store.Consumers.Remove("c", Noon, default).Right(), .. replays, .. discards])
                .WaitAsync(TimeSpan.FromSeconds(60));
        }

        Assert.Equal(before, await DeadlocksAsync());
        Assert.DoesNotContain("c", (await Store.Consumers.All(default).Right()).Select(c => c.Name));
    }

    /// <summary>Another transaction does the first, then the rival begins and gets as far as it can, then the second and the commit.</summary>
    async Task AgainstAsync(string first, Func<Task> rival, string second)
    {
        var before = await DeadlocksAsync();
        await using var connection = await Application.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await RunAsync(connection, first);
        var running = rival();
        await Task.Delay(300);
        await RunAsync(connection, second);
        await transaction.CommitAsync();
        await running.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(before, await DeadlocksAsync());
    }

    async Task<long> DeadlocksAsync() =>
        (long)(await ScalarAsync("select deadlocks from pg_stat_database where datname = current_database()"))!;
}
