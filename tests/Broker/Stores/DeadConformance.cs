using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Runtime;
using LanguageExt;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>Dead handlings and what is noted of their letters.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task Dead_handlings_are_listed_in_pages_for_one_consumer_or_for_all()
    {
        await ThreeForAsync("c");
        await Store.Consumers.Save(Consumer("d"), default).Right();
        await Store.Operate.Replay(new EventIdentity("tests", "e1"), "d", Noon, default).Right();
        foreach (var held in await Store.ClaimAsync("c")) await Store.CloseAsync(held, new TryEnd.Dead($"no {held.Event.Id}"));
        await Store.CloseAsync((await Store.ClaimAsync("d"))[0], new TryEnd.Dead("d's"));
        var page = await Store.Dead.List(new DeadFilter(), 2, default).Right();
        Assert.Equal([("e1", "no e1"), ("e2", "no e2")], page.Select(d => (d.Event.Id, d.Handling.LastError!)));
        var rest = await Store.Dead.List(new DeadFilter(After: page[^1].Handling.Position), 9, default).Right();
        Assert.Equal([("c", "e3"), ("d", "e1")], rest.Select(d => (d.Handling.Consumer, d.Event.Id)));
        Assert.Equal(["e1"], (await Store.Dead.List(new DeadFilter("d"), 9, default).Right()).Select(d => d.Event.Id));
    }

    [Fact]
    public async Task A_dead_handling_is_due_until_its_letter_is_noted_and_again_when_it_lives_or_dies_anew()
    {
        var dead = await DeadAsync();
        Assert.Equal(dead.Handling.Id, Assert.Single(await DueAsync()).Handling.Id);
        await NoteAsync(dead, isKept: true);
        Assert.Empty(await DueAsync());
        Assert.Equal("e1", Assert.Single(await Store.Dead.List(new DeadFilter(Lettered: true), 9, default).Right()).Event.Id);

        Assert.True(await Store.Operate.Replay(dead.Event.Identity, "c", Noon, default).Right());
        Assert.False(Assert.Single(await DueAsync()).IsDead);
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Dead("again"));
        var again = Assert.Single(await DueAsync());
        Assert.Equal((true, "again"), (again.IsDead, again.Handling.LastError));

        // Who looked before it was leased again knows nothing of this death.
        await NoteAsync(dead, isKept: true);
        Assert.Single(await DueAsync());
        await NoteAsync(again, isKept: true);
        Assert.Empty(await DueAsync());
        Assert.True(await Store.Operate.Discard(dead.Event.Identity, "c", Noon, default).Right());
        await NoteAsync(Assert.Single(await DueAsync()), isKept: false);
        Assert.Empty(await DueAsync());
    }

    [Fact]
    public async Task A_revived_handling_starts_anew_with_the_repaired_payload_and_the_event_keeps_its_own()
    {
        var dead = await DeadAsync();
        Option<ReadOnlyMemory<byte>> repaired = new ReadOnlyMemory<byte>("{\"mended\":true}"u8.ToArray());
        Assert.True(await Store.Dead.Revive(dead.Handling.Id, repaired, Noon, default).Right());
        Assert.False(await Store.Dead.Revive(dead.Handling.Id, repaired, Noon, default).Right());
        Assert.Equal(EventStatus.Pending, (await Store.OneAsync("e1")).Status);
        var held = (await Store.ClaimAsync("c", limit: 1))[0];
        Assert.Equal((1, true, "{\"mended\":true}"), (held.Attempt, held.IsEdited, Text(held.Event)));
        Assert.Equal(("{}", true), (Text((await Store.OneAsync("e1")).Event), (await Store.OneAsync("e1")).Handlings[0].IsEdited));
        await Store.CloseAsync(held, new TryEnd.Dead("still"));
        Assert.True(await Store.Operate.Replay(dead.Event.Identity, "c", Noon, default).Right());
        Assert.Equal("{}", Text((await Store.ClaimAsync("c", limit: 1))[0].Event));
    }

    [Fact]
    public async Task What_is_put_aside_is_skipped_and_nobodys_letter_and_comes_back_dead()
    {
        var dead = await DeadAsync();
        await NoteAsync(dead, isKept: true);
        Assert.True(await Store.Dead.PutAside(dead.Handling.Id, Noon, default).Right());
        Assert.Equal(EventStatus.Completed, (await Store.OneAsync("e1")).Status);
        Assert.Empty(await DueAsync());
        Assert.False(await Store.Dead.PutAside(dead.Handling.Id, Noon, default).Right());
        Assert.True(await Store.Dead.Restore(dead.Handling.Id, Noon, default).Right());
        Assert.Equal(EventStatus.Failed, (await Store.OneAsync("e1")).Status);
        Assert.Empty(await DueAsync());
        Assert.False(await Store.Dead.Restore(dead.Handling.Id, Noon, default).Right());
        Assert.True((await Store.Dead.One(Guid.NewGuid(), default).Right()).IsNone);
    }

    [Fact]
    public async Task A_later_event_of_the_same_key_that_its_consumer_is_through_with_is_found()
    {
        await Store.Consumers.Save(Consumer("c"), default).Right();
        await Store.Consumers.Save(Consumer("d"), default).Right();
        await Store.AppendAsync(
            Event("before", key: "k"), Event("dead", key: "k"), Event("other", key: "o"), Event("open", key: "k"),
            Event("done", key: "k"), Event("last", key: "k"), Event("lonely"),
            Event("bare") with { SourceModule = "m", AggregateType = "user", AggregateId = "7" },
            Event("named", key: "m/user/7"));
        await Store.RouteAsync();
        var held = (await Store.ClaimAsync("c")).ToDictionary(c => c.Event.Id, StringComparer.Ordinal);
        async Task<EventHandling> DieAsync(string id)
        {
            await Store.CloseAsync(held[id], new TryEnd.Dead("no"));
            return (await Store.Dead.One(held[id].HandlingId, default).Right()).Match(h => h, () => throw new InvalidOperationException(id));
        }

        foreach (var id in (string[])["before", "other"]) await Store.CloseAsync(held[id], new TryEnd.Done());
        var dead = await DieAsync("dead");
        Assert.Equal(new NewerEvent.None(), await NewerAsync(dead));
        foreach (var taken in await Store.ClaimAsync("d")) await Store.CloseAsync(taken, new TryEnd.Done());
        Assert.Equal(new NewerEvent.None(), await NewerAsync(dead));
        foreach (var id in (string[])["last", "done"]) await Store.CloseAsync(held[id], new TryEnd.Done());
        Assert.Equal(new NewerEvent.Delivered("done", Noon), await NewerAsync(dead));
        Assert.Equal(new NewerEvent.NotKept(), await NewerAsync(dead, limit: 2));
        Assert.Equal(new NewerEvent.OwnKey(), await NewerAsync(await DieAsync("lonely")));

        var bare = await DieAsync("bare");
        Assert.Equal(new NewerEvent.None(), await NewerAsync(bare));
        await Store.CloseAsync(held["named"], new TryEnd.Done());
        Assert.Equal(new NewerEvent.Delivered("named", Noon), await NewerAsync(bare));
    }

    async Task<NewerEvent> NewerAsync(EventHandling of, int limit = 100) => await Store.Dead.Newer(of, limit, default).Right();

    async Task<EventHandling> DeadAsync()
    {
        await ThreeForAsync("c");
        await Store.CloseAsync((await Store.ClaimAsync("c", limit: 1))[0], new TryEnd.Dead("no"));
        return Assert.Single(await Store.Dead.List(new DeadFilter(), 9, default).Right());
    }

    async Task<IReadOnlyList<EventHandling>> DueAsync() => await Store.Dead.Due(9, default).Right();

    async Task NoteAsync(EventHandling seen, bool isKept) =>
        await Store.Dead.Note([new LetterNote(seen.Handling.Id, seen.Token, isKept)], default).Right();

    static string Text(BrokerEvent given) => System.Text.Encoding.UTF8.GetString(given.Payload.IfNone(ReadOnlyMemory<byte>.Empty).Span);
}
