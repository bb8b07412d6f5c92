using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>Replays from the store, what expires, what is counted, and the trail.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_replay_gives_a_frozen_set_to_a_new_consumer_in_steps_and_ends()
    {
        await ThreeForAsync("c");
        await Store.AppendAsync(Event("other", "shop.order.create"));
        await Store.RouteAsync();
        await Store.Consumers.Save(Consumer("new", "nothing"), default).Right();
        var planned = await PlanAsync("new", pattern: "public.**", rate: 8);
        Assert.Equal((3L, StoreReplayState.Planned), (planned.Count, planned.State));
        Assert.False(await Store.Replays.Step(Noon, default).Right());
        await Store.AppendAsync(Event("later"));
        await Store.RouteAsync();

        await TellAsync(planned.Id, ReplayOrderWord.Start);
        Assert.Equal(Noon, (await Store.Replays.NextDue(default).Right()).MatchUnsafe(t => (DateTimeOffset?)t, () => null));
        Assert.True(await Store.Replays.Step(Noon, default).Right());
        Assert.Equal(["e1", "e2"], (await Store.ClaimAsync("new")).Select(c => c.Event.Id));
        Assert.False(await Store.Replays.Step(Noon, default).Right());
        Assert.True(await Store.Replays.Step(Noon.AddSeconds(1), default).Right());
        Assert.Equal(["e3"], (await Store.ClaimAsync("new", now: Noon.AddSeconds(1))).Select(c => c.Event.Id));
        await Store.Replays.Step(Noon.AddSeconds(2), default).Right();
        var ended = await ReplayAsync(planned.Id);
        Assert.Equal((StoreReplayState.Finished, 3L, 0L), (ended.State, ended.Given, ended.Waiting));
        Assert.True((await Store.Replays.NextDue(default).Right()).IsNone);
    }

    [Fact]
    public async Task A_replay_to_an_old_consumer_repeats_what_ended_and_leaves_what_it_has_in_hand()
    {
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c", limit: 2);
        await Store.CloseAsync(held[0], new TryEnd.Done());
        await Store.CloseAsync(held[1], new TryEnd.Dead("no"));
        var dead = await PlanAsync("c", onlyDead: true);
        Assert.Equal(1, dead.Count);
        var all = await PlanAsync("c");
        await TellAsync(all.Id, ReplayOrderWord.Start);
        await Store.Replays.Step(Noon, default).Right();
        var ended = await ReplayAsync(all.Id);
        Assert.Equal((StoreReplayState.Finished, 2L, 1L), (ended.State, ended.Given, ended.Waiting));
        Assert.Equal([("e1", 1), ("e2", 1), ("e3", 1)], (await Store.ClaimAsync("c")).Select(c => (c.Event.Id, c.Attempt)));
        await TellAsync(dead.Id, ReplayOrderWord.Start);
        await Store.Replays.Step(Noon, default).Right();
        Assert.Equal((StoreReplayState.Finished, 0L), ((await ReplayAsync(dead.Id)).State, (await ReplayAsync(dead.Id)).Given));
    }

    [Fact]
    public async Task A_replay_is_chosen_by_ids_times_and_status_and_waits_for_a_paused_consumer()
    {
        await ThreeForAsync("c");
        await Store.AppendAsync(Event("e4") with { CreatedAt = Noon.AddMinutes(5) });
        await Store.RouteAsync();
        Assert.Equal(2, (await PlanAsync("c", ids: ["e1", "e3", "none"])).Count);
        Assert.Equal(1, (await PlanAsync("c", from: Noon.AddMinutes(1))).Count);
        Assert.Equal(0, (await PlanAsync("c", status: EventStatus.Completed)).Count);
        var planned = await PlanAsync("c");
        await Store.Consumers.SetState("c", new ConsumerState.Paused("by hand", null), default).Right();
        await TellAsync(planned.Id, ReplayOrderWord.Start);
        Assert.True(await Store.Replays.Step(Noon, default).Right());
        Assert.Equal((0L, "the consumer is paused: by hand"), ((await ReplayAsync(planned.Id)).Given, (await ReplayAsync(planned.Id)).Why));
        await TellAsync(planned.Id, ReplayOrderWord.Cancel);
        await Store.Consumers.SetState("c", new ConsumerState.Active(), default).Right();
        Assert.False(await Store.Replays.Step(Noon.AddHours(1), default).Right());
        Assert.True((await Store.Replays.Change("unknown", r => r, default).Right()).IsNone);
    }

    [Fact]
    public async Task What_nobody_wants_for_too_long_expires_visibly_and_can_be_replayed()
    {
        await Store.AppendAsync(Event("e1"), Event("e2", "other.type"));
        await Store.RouteAsync();
        Assert.Equal(0, await Store.Operate.Expire(Noon, Noon.AddDays(1), 10, default).Right());
        await Store.Consumers.Save(Consumer("c", "other.*"), default).Right();
        Assert.Equal(Noon, (await Store.OneAsync("e1")).NoConsumerSince);
        Assert.Equal(1, await Store.Operate.Expire(Noon.AddSeconds(1), Noon.AddDays(1), 10, default).Right());
        var gone = await Store.OneAsync("e1");
        Assert.Equal((EventStatus.Expired, Noon.AddDays(1)), (gone.Status, gone.ExpiredAt));
        var counts = await Store.Read.Count(default).Right();
        Assert.Equal((1L, 0L, 2L), (counts.Expired, counts.NoConsumer, counts.Total));
        Assert.Equal(["e1"], (await Store.Read.List(new EventFilter(Status: EventStatus.Expired), 9, default).Right()).Select(e => e.Event.Id));
        Assert.DoesNotContain("e1", (await Store.Read.List(new EventFilter(Status: EventStatus.Pending), 9, default).Right()).Select(e => e.Event.Id));

        await Store.Consumers.Save(Consumer("all"), default).Right();
        await Store.RouteAsync();
        Assert.Equal(EventStatus.Expired, (await Store.OneAsync("e1")).Status);
        Assert.True(await Store.Operate.Replay(gone.Event.Identity, "all", Noon, default).Right());
        Assert.Equal((EventStatus.Pending, null), ((await Store.OneAsync("e1")).Status, (await Store.OneAsync("e1")).ExpiredAt));
        Assert.Contains("e1", (await Store.ClaimAsync("all")).Select(c => c.Event.Id));
    }

    [Fact]
    public async Task An_expired_event_goes_with_age()
    {
        await Store.AppendAsync(Event("e1"));
        await Store.RouteAsync();
        await Store.Operate.Expire(Noon.AddSeconds(1), Noon.AddSeconds(1), 10, default).Right();
        Assert.Equal(0, await Store.Operate.Purge(Noon.AddSeconds(1), 10, default).Right());
        Assert.Equal(1, await Store.Operate.Purge(Noon.AddSeconds(2), 10, default).Right());
    }

    [Fact]
    public async Task A_purge_takes_no_more_than_its_limit_of_what_is_done_and_what_expired_together()
    {
        await Store.AppendAsync(Event("x1"), Event("x2"));
        await Store.RouteAsync();
        await Store.Operate.Expire(Noon.AddSeconds(1), Noon, 10, default).Right();
        await ThreeForAsync("c");
        foreach (var held in await Store.ClaimAsync("c")) await Store.CloseAsync(held, new TryEnd.Done());
        Assert.Equal(4, await Store.Operate.Purge(Noon.AddSeconds(1), 4, default).Right());
        Assert.Equal(1, await Store.Operate.Purge(Noon.AddSeconds(1), 4, default).Right());
    }

    [Fact]
    public async Task A_backlog_tells_what_waits_what_is_leased_and_the_first_that_is_due()
    {
        Assert.Empty(await Store.Read.Backlog(Noon, default).Right());
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c", limit: 1);
        var backlog = Assert.Single(await Store.Read.Backlog(Noon, default).Right());
        Assert.Equal(("c", 2L, 1L), (backlog.Consumer, backlog.Waiting, backlog.Leased));
        Assert.Equal((await Store.OneAsync("e2")).Handlings[0].Position, backlog.DuePosition);
        foreach (var one in await Store.ClaimAsync("c")) await Store.CloseAsync(one, new TryEnd.RetryAt(Noon.AddHours(1), "later"));
        await Store.CloseAsync(held[0], new TryEnd.Done());
        Assert.Equal(new ConsumerBacklog("c", 2, 0, null), Assert.Single(await Store.Read.Backlog(Noon, default).Right()));
    }

    [Fact]
    public async Task The_trail_is_chained_and_read_from_the_newest()
    {
        foreach (var entry in (string[])["a", "b", "c"]) await Store.Audit.Append(entry, previous => $"{previous}{entry}", default).Right();
        var newest = await Store.Audit.List(null, 2, default).Right();
        Assert.Equal([("c", "ab", "abc"), ("b", "a", "ab")], newest.Select(l => (l.Entry, l.Previous, l.Hash)));
        Assert.Equal(["a"], (await Store.Audit.List(newest[^1].Position, 9, default).Right()).Select(l => l.Entry));
    }

    async Task<StoreReplay> PlanAsync(
        string consumer, string? pattern = null, EventStatus? status = null, string[]? ids = null, DateTimeOffset? from = null,
        bool onlyDead = false, int rate = 1000) =>
        await Store.Replays.Plan(
            new StoreReplay(
                Guid.NewGuid().ToString("N"), "ann", Noon,
                new ReplayChoice(pattern is null ? null : Pattern(pattern), status, null, ids, from, null, onlyDead), consumer, rate, 0, 0,
                StoreReplayState.Planned, 0, 0, 0, Noon, null, null, null),
            default).Right();

    async Task TellAsync(string id, ReplayOrderWord order) =>
        Assert.True((await Store.Replays.Change(id, r => r.Apply(order, "ann", Noon), default).Right()).Match(a => a.IsRight, () => false));

    async Task<StoreReplay> ReplayAsync(string id) => (await Store.Replays.All(default).Right()).Single(r => r.Id == id);
}
