using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Endpoints;
using Hobom.Slices.Broker.Stores;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>Rows of the two contracts, each as it is written there, of every store.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task E6_E7_E8_E9_each_step_has_its_status_its_time_its_error_and_its_retries()
    {
        await Store.Consumers.Save(Consumer("c"), default).Right();
        await Store.AppendAsync(Event("good"), Event("bad"));
        await Store.RouteAsync();
        Assert.Equal(("pending", null, null, null, 0), await ShownAsync("good"));
        var held = await Store.ClaimAsync("c", now: Noon.AddSeconds(1));
        Assert.Equal(("processing", Noon.AddSeconds(1), null, null, 0), await ShownAsync("good"));
        await Store.CloseAsync(held[0], new TryEnd.Done(), Noon.AddSeconds(2));
        Assert.Equal(("completed", Noon.AddSeconds(1), Noon.AddSeconds(2), null, 0), await ShownAsync("good"));
        await Store.CloseAsync(held[1], new TryEnd.RetryAt(Noon.AddSeconds(3), "once"), Noon.AddSeconds(2));
        var again = (await Store.ClaimAsync("c", now: Noon.AddSeconds(3)))[0];
        Assert.Equal(("processing", Noon.AddSeconds(1), null, null, 1), await ShownAsync("bad"));
        await Store.CloseAsync(again, new TryEnd.Dead("test error"), Noon.AddSeconds(4));
        Assert.Equal(("failed", Noon.AddSeconds(1), Noon.AddSeconds(4), "test error", 1), await ShownAsync("bad"));
    }

    /// <summary>A page of 500 is half a gigabyte of payloads, for somebody who is shown none.</summary>
    [Fact]
    public async Task A_list_without_payloads_has_all_else()
    {
        await ThreeForAsync("c");
        foreach (var held in await Store.ClaimAsync("c")) await Store.CloseAsync(held, new TryEnd.Dead("no"));
        static BrokerEvent Bare(BrokerEvent given) => given with { Payload = default, Metadata = null };
        var events = (await Store.Read.List(new EventFilter(), 9, default).Right(), await Store.Read.List(new EventFilter { IsBare = true }, 9, default).Right());
        var dead = (await Store.Dead.List(new DeadFilter(), 9, default).Right(), await Store.Dead.List(new DeadFilter { IsBare = true }, 9, default).Right());
        Assert.Equal(3, events.Item2.Count);
        Assert.Equal(events.Item1.Select(e => Bare(e.Event)), events.Item2.Select(e => Bare(e.Event)));
        Assert.Equal(events.Item1.SelectMany(e => e.Handlings), events.Item2.SelectMany(e => e.Handlings));
        Assert.Equal(dead.Item1.Select(d => (d.Handling, d.Token, Bare(d.Event))), dead.Item2.Select(d => (d.Handling, d.Token, Bare(d.Event))));
        if (Store.Storage is not SharedStorage.Database) return;
        Assert.All(events.Item2.Select(e => e.Event).Concat(dead.Item2.Select(d => d.Event)), e => Assert.Equal(Bare(e), e));
        Assert.All(dead.Item2, d => Assert.True(d.Edited.IsNone));
    }

    [Theory]
    [InlineData("database")]
    [InlineData("websocket")]
    [InlineData("frontend")]
    [InlineData("system")]
    [InlineData("internal")]
    public async Task E12_each_of_the_five_sources_is_kept_and_found_by_its_word(string source)
    {
        await Store.AppendAsync(Event("e1") with { Source = source }, Event("e1", payload: "[]") with { Source = "other" });
        var found = Assert.Single(await Store.Read.List(new EventFilter(Source: source), 9, default).Right());
        Assert.Equal((source, "{}"), (found.Event.Source, Text(found.Event)));
        Assert.True((await Store.Read.One(new EventIdentity(source, "e1"), default).Right()).IsSome);
    }

    [Fact]
    public async Task M5_M6_M7_five_of_five_two_of_three_by_source_three_by_status_and_five_of_ten_by_the_limit()
    {
        for (var i = 0; i < 10; i++) await Store.AppendAsync(Event($"e{i}") with { Source = i < 2 ? "database" : "system" });
        async Task<int> CountAsync(EventFilter filter, int limit = 99) => (await Store.Read.List(filter, limit, default).Right()).Count;
        Assert.Equal((10, 2, 8), (await CountAsync(new()), await CountAsync(new(Source: "database")), await CountAsync(new(Source: "system"))));
        await Store.Consumers.Save(Consumer("c"), default).Right();
        await Store.RouteAsync();
        foreach (var held in await Store.ClaimAsync("c", limit: 7)) await Store.CloseAsync(held, new TryEnd.Done());
        Assert.Equal((3, 7), (await CountAsync(new(Status: EventStatus.Pending)), await CountAsync(new(Status: EventStatus.Completed))));
        Assert.Equal(5, await CountAsync(new(), limit: 5));
    }

    [Fact]
    public async Task M8_an_event_that_was_removed_is_nowhere_any_more_and_its_id_is_free()
    {
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c");
        await Store.CloseAsync(held[0], new TryEnd.Done());
        Assert.Equal(1, await Store.Operate.Purge(Noon.AddSeconds(1), 10, default).Right());
        Assert.True((await Store.Read.One(new EventIdentity("tests", "e1"), default).Right()).IsNone);
        Assert.True((await Store.Dead.One(held[0].HandlingId, default).Right()).IsNone);
        Assert.False(await Store.Operate.Replay(new EventIdentity("tests", "e1"), "c", Noon, default).Right());
        Assert.False(await Store.CloseAsync(held[0], new TryEnd.Dead("late")));
        Assert.DoesNotContain("e1", (await Store.Read.Since(0, 10, default).Right()).Select(e => e.Event.Id));
        var counts = await Store.Read.Count(default).Right();
        Assert.Equal((2, new ConsumerCounts("c", 0, 2, 0, 0, 0, 0)), (counts.Total, Assert.Single(counts.Consumers)));
        Assert.False((await Store.Append([Event("e1", payload: "[7]")], default).Right())[0].Repeated);
        Assert.Equal("[7]", Text((await Store.OneAsync("e1")).Event));
    }

    [Fact]
    public async Task I5_I6_through_is_only_what_is_done_or_skipped()
    {
        await Store.Consumers.Save(Consumer("c"), default).Right();
        await Store.AppendAsync([.. Enumerable.Range(0, 6).Select(i => Event($"e{i}"))]);
        await Store.RouteAsync();
        var held = await Store.ClaimAsync("c", limit: 4);
        await Store.CloseAsync(held[0], new TryEnd.Done());
        await Store.CloseAsync(held[1], new TryEnd.RetryAt(Noon, "no"));
        await Store.CloseAsync(held[2], new TryEnd.Dead("no"));
        Assert.True(await Store.Operate.Discard(new EventIdentity("tests", "e5"), "c", Noon, default).Right());
        Assert.Equal(
            new ConsumerCounts("c", Waiting: 1, Leased: 1, Failed: 1, Done: 1, Dead: 1, Skipped: 1),
            Assert.Single((await Store.Read.Count(default).Right()).Consumers));
        var all = (await Store.Read.List(new EventFilter(), 9, default).Right()).ToDictionary(e => e.Event.Id, e => e.Handlings[0].State);
        Assert.Equal(["e0"], all.Where(e => e.Value is HandlingState.Done).Select(e => e.Key));
        Assert.Equal(["e1", "e2", "e3", "e4"], all.Where(e => !e.Value.LetsFollowersGo).Select(e => e.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["e1", "e3", "e4"], all.Where(e => e.Value.IsOpen).Select(e => e.Key).Order(StringComparer.Ordinal));
    }

    /// <summary>The old Redis store read without an end to its wait, and ten such reads took every connection there was.</summary>
    [Fact]
    public async Task D9_asking_for_what_is_not_there_comes_to_an_end_however_often()
    {
        var limit = TimeSpan.FromSeconds(30);
        var lists = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Store.Read.List(new EventFilter(), 9, default).Right()))
            .WaitAsync(limit);
        Assert.All(lists, Assert.Empty);
        await Store.AppendAsync(Event("e1"));
        var asked = await Task.WhenAll(Enumerable.Range(0, 30)
            .Select(i => Store.Read.One(new EventIdentity("tests", $"none{i}"), default).Right())).WaitAsync(limit);
        Assert.All(asked, one => Assert.True(one.IsNone));
        Assert.Single(await Store.Read.List(new EventFilter(), 9, default).Right().WaitAsync(limit));
        Assert.Equal("e1", (await Store.OneAsync("e1").WaitAsync(limit)).Event.Id);
    }

    [Fact]
    public async Task D11_no_error_outlives_a_later_success_and_that_of_the_event_no_replay()
    {
        await ThreeForAsync("c");
        var held = await Store.ClaimAsync("c", limit: 2);
        await Store.CloseAsync(held[0], new TryEnd.RetryAt(Noon, "once"));
        await Store.CloseAsync(held[1], new TryEnd.Dead("no"));
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Done());
        Assert.True(await Store.Operate.Replay(new EventIdentity("tests", "e2"), "c", Noon, default).Right());
        Assert.Null(EventView.Of(await Store.OneAsync("e2"), EventSight.All).Error);
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Done());
        foreach (var id in (string[])["e1", "e2"])
        {
            var stored = await Store.OneAsync(id);
            Assert.Equal((null, null), (stored.Handlings[0].LastError, EventView.Of(stored, EventSight.All).Error));
        }
    }

    /// <summary>As subjects of NATS some of these could not be published at all, and others were taken apart.</summary>
    [Theory]
    [InlineData("chat.message", "", "", "")]
    [InlineData(".system.start", "", "system", "start")]
    [InlineData("a b.c", "pub.lic", "us ers", "cre\tate")]
    [InlineData("a.*.>", "*", ">", "a.>")]
    [InlineData("ü.界", "ü", "界", "😀")]
    public async Task D12_whatever_the_names_hold_an_event_is_stored_routed_and_found(string type, string schema, string entity, string operation)
    {
        await Store.Consumers.Save(Consumer("c", type), default).Right();
        var given = Event("e1", type) with { Schema = schema, Entity = entity, Operation = operation };
        await Store.AppendAsync(given);
        await Store.RouteAsync();
        var claimed = Assert.Single(await Store.ClaimAsync("c")).Event;
        Assert.Equal((type, schema, entity, operation), (claimed.Type, claimed.Schema, claimed.Entity, claimed.Operation));
        Assert.Single(await Store.Read.List(new EventFilter(Type: type, Schema: schema, Entity: entity, Operation: operation), 9, default).Right());
    }

    /// <summary>The old NATS store kept each change of an event as one more message among the events.</summary>
    [Fact]
    public async Task D13_no_change_of_an_event_is_an_event_of_its_own_and_the_oldest_of_many_is_found()
    {
        const int count = 1200;
        await Store.Consumers.Save(Consumer("all"), default).Right();
        await Store.AppendAsync([.. Enumerable.Range(0, count).Select(i => Event($"e{i}") with { InstanceId = "host.with.dots" })]);
        await Store.Route(new RouteRequest(2 * count, Noon), default).Right();
        var held = await Store.ClaimAsync("all", limit: 2 * count);
        Assert.Equal(Enumerable.Range(0, count).Select(i => $"e{i}"), held.Select(h => h.Event.Id));
        await Store.CloseAsync(held[0], new TryEnd.Done());
        await Store.CloseAsync(held[1], new TryEnd.Dead("no"));
        await Store.CloseAsync(held[2], new TryEnd.RetryAt(Noon, "no"));
        Assert.Equal(1, await Store.Operate.Purge(Noon.AddSeconds(1), 10, default).Right());
        Assert.Equal(0, (await Store.Route(new RouteRequest(2 * count, Noon), default).Right()).Looked);
        Assert.Equal(["e2"], (await Store.ClaimAsync("all", limit: 2 * count)).Select(h => h.Event.Id));
        var listed = await Store.Read.List(new EventFilter(), 2 * count, default).Right();
        Assert.Equal(Enumerable.Range(1, count - 1).Reverse().Select(i => $"e{i}"), listed.Select(e => e.Event.Id));
        Assert.All(listed, e => Assert.Equal(("tests", "public.users.create"), (e.Event.Source, e.Event.Type)));
        Assert.Equal("e1", (await Store.OneAsync("e1")).Event.Id);
    }

    [Fact]
    public async Task D17_two_consumers_of_one_pattern_both_get_each_event_and_one_outlives_the_other()
    {
        await Store.Consumers.Save(Consumer("one", "public.*.*"), default).Right();
        await Store.Consumers.Save(Consumer("two", "public.*.*"), default).Right();
        await Store.AppendAsync(Event("e1"));
        await Store.RouteAsync();
        Assert.Single(await Store.ClaimAsync("one"));
        Assert.Single(await Store.ClaimAsync("two"));
        Assert.True(await Store.Consumers.Remove("one", Noon, default).Right());
        await Store.AppendAsync(Event("e2"));
        await Store.RouteAsync();
        Assert.Equal("e2", Assert.Single(await Store.ClaimAsync("two")).Event.Id);
    }

    [Fact]
    public async Task H15_failures_at_the_same_moment_are_all_counted()
    {
        string[] names = ["a", "b", "c", "d"];
        foreach (var name in names) await Store.Consumers.Save(Consumer(name), default).Right();
        await Store.AppendAsync(Event("e1"));
        await Store.RouteAsync();
        for (var round = 1; round <= 3; round++)
        {
            TryEnd end = round < 3 ? new TryEnd.RetryAt(Noon, "no") : new TryEnd.Dead("no");
            await Task.WhenAll(names.Select(async name => Assert.True(await Store.CloseAsync((await Store.ClaimAsync(name))[0], end))));
            Assert.All((await Store.OneAsync("e1")).Handlings, h => Assert.Equal(round, h.Attempts));
        }

        Assert.Equal(8, EventView.Of(await Store.OneAsync("e1"), EventSight.All).RetryCount);
    }

    [Fact]
    public async Task H20_what_is_handed_out_is_the_askers_own()
    {
        await ThreeForAsync("c");
        Spoil(await Store.Consumers.All(default).Right());
        Spoil((await Store.OneAsync("e1")).Handlings);
        Spoil(await Store.Read.List(new EventFilter(), 9, default).Right());
        Assert.Equal("c", Assert.Single(await Store.Consumers.All(default).Right()).Name);
        Assert.Equal("c", Assert.Single((await Store.OneAsync("e1")).Handlings).Consumer);
        Assert.Equal(3, (await Store.ClaimAsync("c")).Count);
    }

    /// <summary>As somebody does who takes what he was given for his own.</summary>
    static void Spoil<T>(IReadOnlyList<T> given)
    {
        if (given is T[] array) Array.Clear(array);
        else if (given is ICollection<T> { IsReadOnly: false } list) list.Clear();
    }

    async Task<(string Status, DateTimeOffset? ProcessedAt, DateTimeOffset? CompletedAt, string? Error, int Retries)> ShownAsync(string id)
    {
        var view = EventView.Of(await Store.OneAsync(id), EventSight.All);
        return (view.Status, view.ProcessedAt, view.CompletedAt, view.Error, view.RetryCount);
    }
}
