using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What operators do and see.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task An_event_is_replayed_to_a_consumer_that_never_had_it()
    {
        await ThreeForAsync("c");
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Done());
        await Store.Consumers.Save(Consumer("new", "nothing"), default).Right();
        Assert.True(await Store.Operate.Replay(new EventIdentity("tests", "e1"), "new", Noon, default).Right());
        Assert.Single(await Store.ClaimAsync("new"));
        Assert.Equal(EventStatus.Processing, (await Store.OneAsync("e1")).Status);
        Assert.False(await Store.Operate.Replay(new EventIdentity("tests", "unknown"), "new", Noon, default).Right());
        Assert.False(await Store.Operate.Replay(new EventIdentity("tests", "e1"), "unknown", Noon, default).Right());
    }

    [Fact]
    public async Task A_discard_for_a_consumer_without_a_handling_changes_nothing_and_a_later_consumer_gets_the_event()
    {
        var identity = new EventIdentity("tests", "e1");
        await Store.AppendAsync(Event("e1"));
        Assert.False(await Store.Operate.Discard(identity, "typo", Noon, default).Right());
        await Store.RouteAsync();
        Assert.False(await Store.Operate.Discard(identity, "typo", Noon, default).Right());
        Assert.Equal(EventStatus.Pending, (await Store.OneAsync("e1")).Status);
        await Store.Consumers.Save(Consumer("c"), default).Right();
        Assert.False(await Store.Operate.Discard(identity, "typo", Noon, default).Right());
        Assert.Equal(1, await Store.RouteAsync());
        Assert.Single(await Store.ClaimAsync("c"));
    }

    [Fact]
    public async Task An_event_that_was_not_routed_yet_is_replayed_to_nobody_so_that_all_its_consumers_get_it()
    {
        var identity = new EventIdentity("tests", "e1");
        await Store.Consumers.Save(Consumer("search"), default).Right();
        await Store.Consumers.Save(Consumer("billing"), default).Right();
        await Store.AppendAsync(Event("e1"));
        Assert.False(await Store.Operate.Replay(identity, "search", Noon, default).Right());
        Assert.True((await Store.OneAsync("e1")).WaitsForRouting);
        Assert.Equal(1, await Store.RouteAsync());
        Assert.Equal(["billing", "search"], (await Store.OneAsync("e1")).Handlings.Select(h => h.Consumer).Order());
        Assert.NotNull((await Store.OneAsync("e1")).RoutedNo);
        Assert.True(await Store.Operate.Replay(identity, "search", Noon, default).Right());
    }

    [Fact]
    public async Task An_event_that_waits_for_a_consumer_that_has_just_come_is_replayed_to_no_other_before_it_has_that_one()
    {
        await Store.AppendAsync(Event("other", "shop.order.create"), Event("e1"));
        await Store.Consumers.Save(Consumer("orders", "shop.**"), default).Right();
        await Store.RouteAsync();
        var planned = await PlanAsync("orders", rate: 1000);
        await TellAsync(planned.Id, ReplayOrderWord.Start);
        await Store.Consumers.Save(Consumer("billing", "public.**"), default).Right();
        Assert.False(await Store.Operate.Replay(new EventIdentity("tests", "e1"), "orders", Noon, default).Right());
        Assert.True(await Store.Replays.Step(Noon, default).Right());
        Assert.True(await Store.Replays.Step(Noon.AddSeconds(1), default).Right());
        var held = await ReplayAsync(planned.Id);
        Assert.Equal((StoreReplayState.Running, StoreReplay.UnroutedWhy), (held.State, held.Why));
        Assert.Equal(1, await Store.RouteAsync());
        Assert.Single(await Store.ClaimAsync("billing"));
        Assert.True(await Store.Replays.Step(Noon.AddMinutes(1), default).Right());
        var ended = await ReplayAsync(planned.Id);
        Assert.Equal((StoreReplayState.Finished, 1L, 1L, null), (ended.State, ended.Given, ended.Waiting, ended.Why));
        Assert.Equal(["e1", "other"], (await Store.ClaimAsync("orders", now: Noon.AddMinutes(1))).Select(c => c.Event.Id).Order());
    }

    [Fact]
    public async Task Tries_set_a_consumers_state_but_not_over_an_operators_pause_or_off()
    {
        await Store.Consumers.Save(Consumer("c"), default).Right();
        var probing = new ConsumerState.Paused("refused", Noon.AddMinutes(1));
        foreach (var (stands, yields) in new (ConsumerState, bool)[]
        {
            (new ConsumerState.Active(), true), (new ConsumerState.Paused("refused", Noon), true),
            (new ConsumerState.Paused("by anna", null), false), (new ConsumerState.Off("410 Gone"), false),
        })
        {
            foreach (var found in new ConsumerState[] { new ConsumerState.Active(), probing, new ConsumerState.Off("gone") })
            {
                Assert.True(await Store.Consumers.SetState("c", stands, default).Right());
                Assert.Equal(yields, await Store.Consumers.SetStateByTries("c", found, default).Right());
                Assert.Equal(yields ? found : stands, (await Store.Consumers.All(default).Right())[0].State);
            }
        }

        Assert.False(await Store.Consumers.SetStateByTries("none", probing, default).Right());
    }

    [Fact]
    public async Task Only_what_is_done_goes_with_age()
    {
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c");
        await Store.CloseAsync(held[0], new TryEnd.Done());
        await Store.CloseAsync(held[1], new TryEnd.Dead("no"));
        Assert.Equal(0, await Store.Operate.Purge(Noon, 10, default).Right());
        Assert.Equal(1, await Store.Operate.Purge(Noon.AddSeconds(1), 10, default).Right());
        Assert.Equal(["e3", "e2"], (await Store.Read.List(new EventFilter(), 10, default).Right()).Select(e => e.Event.Id));
    }

    [Fact]
    public async Task A_list_is_filtered_and_comes_in_pages_the_newest_first()
    {
        await ThreeForAsync("c");
        await Store.AppendAsync(Event("e4", "other.type") with { UserId = 7, CreatedAt = Noon.AddMinutes(1) });
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Done());
        async Task<string[]> List(EventFilter filter, int limit = 10) =>
            [.. (await Store.Read.List(filter, limit, default).Right()).Select(e => e.Event.Id)];
        Assert.Equal(["e4", "e3", "e2", "e1"], await List(new EventFilter()));
        var page = await Store.Read.List(new EventFilter(), 2, default).Right();
        Assert.Equal(["e2", "e1"], await List(new EventFilter(Before: page[^1].Sequence), 2));
        Assert.Equal(["e1"], await List(new EventFilter(Status: EventStatus.Completed)));
        Assert.Equal(["e4", "e3", "e2"], await List(new EventFilter(Status: EventStatus.Pending)));
        Assert.Equal(["e4"], await List(new EventFilter(UserId: 7, Type: "other.type")));
        Assert.Equal(["e4"], await List(new EventFilter(From: Noon.AddMinutes(1))));
        Assert.Equal(["e3", "e2", "e1"], await List(new EventFilter(To: Noon, Source: "tests")));
    }

    [Fact]
    public async Task What_was_seen_is_read_on_from_a_number()
    {
        await ThreeForAsync("c");
        var seen = await Store.Read.Since(0, 2, default).Right();
        Assert.Equal(["e1", "e2"], seen.Select(e => e.Event.Id));
        Assert.Equal(["e3"], (await Store.Read.Since(seen[^1].RoutedNo!.Value, 2, default).Right()).Select(e => e.Event.Id));
    }

    [Fact]
    public async Task The_greatest_number_is_that_of_what_was_seen_last_whatever_waits_to_be_seen()
    {
        Assert.Equal(0, await Store.Read.Latest(default).Right());
        await ThreeForAsync("c");
        var last = (await Store.Read.Since(0, 10, default).Right())[^1].RoutedNo;
        Assert.Equal(last, await Store.Read.Latest(default).Right());
        await Store.Append([.. Enumerable.Range(0, 120).Select(i => Event($"new-{i}"))], default).Right();
        Assert.Equal(last, await Store.Read.Latest(default).Right());
    }

    [Fact]
    public async Task Counts_are_those_of_events_and_of_handlings()
    {
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c", limit: 2);
        await Store.CloseAsync(held[0], new TryEnd.Done());
        var counts = await Store.Read.Count(default).Right();
        Assert.Equal((1, 1, 1, 0, 3), (counts.Pending, counts.Processing, counts.Completed, counts.Failed, counts.Total));
        Assert.Equal(new ConsumerCounts("c", 1, 1, 0, 1, 0, 0), Assert.Single(counts.Consumers));
        Assert.Equal(Noon, counts.OldestOpen);
    }

    [Fact]
    public async Task A_consumer_keeps_its_state_when_it_is_changed_and_leaves_with_what_waited_for_it()
    {
        await ThreeForAsync("c");
        var paused = new ConsumerState.Paused("by hand", Noon);
        Assert.True(await Store.Consumers.SetState("c", paused, default).Right());
        await Store.Consumers.Save(Consumer("c", "public.*.*", ordered: true, priority: 3) with { Retry = ConsumerRetry.Contract }, default).Right();
        var changed = Assert.Single(await Store.Consumers.All(default).Right());
        Assert.Equal((3, true, ConsumerRetry.Contract, paused, "public.*.*"), (changed.Priority, changed.OrderedByKey, changed.Retry, changed.State, changed.Pattern.Text));
        Assert.True(await Store.Consumers.Remove("c", Noon, default).Right());
        Assert.False(await Store.Consumers.Remove("c", Noon, default).Right());
        Assert.Equal(new HandlingState.Skipped(Noon), (await Store.OneAsync("e1")).Handlings[0].State);
        Assert.Equal(EventStatus.Completed, (await Store.OneAsync("e1")).Status);
    }
}
