using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Journal;
using NATS.Client.Core;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What other programs read of the events: those that are stored, each once, and as long as they are.</summary>
public sealed class JournalPublishTests(BrokerRedis redis, NatsServer nats) : IClassFixture<BrokerRedis>, IClassFixture<NatsServer>
{
    readonly string name = $"events{Guid.NewGuid():N}";

    [Fact]
    public async Task In_redis_a_repeat_and_a_refused_event_are_not_shown_and_what_makes_room_goes()
    {
        await using var journal = redis.NewJournal(name);
        await using var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System, eventLimit: 3)).Right();
        await RepeatedAndRefusedAsync(store.Port);
        var db = redis.Plain.GetDatabase();
        Assert.Equal(["e2", "e3", "e4"], (await db.StreamRangeAsync(name)).Select(e => (string)e["id"]!));
        Assert.Equal(3, await db.HashLengthAsync($"{name}:entries"));
        Assert.False(await db.KeyExistsAsync($"{name}:status:e1"));
    }

    [Fact]
    public async Task In_redis_what_has_expired_makes_room_for_every_process_alike()
    {
        await using var journal = redis.NewJournal(name);
        await using var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System, eventLimit: 3)).Right();
        await FullOfExpired.CheckAsync(store.Port);
        await using var another = redis.NewJournal(name);
        await using var later = (await JournalStore.OpenAsync(another.Port, TimeProvider.System, eventLimit: 3)).Right();
        Assert.Equal(["e4", "e3", "e2"], (await later.Port.Read.List(new EventFilter(), 9, default).Right()).Select(e => e.Event.Id));
    }

    [Fact]
    public async Task In_redis_what_changes_nothing_is_no_command()
    {
        await using var journal = redis.NewJournal(name);
        await using var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System, eventLimit: 1)).Right();
        await store.Port.AppendAsync(Event("e1"));
        var commands = await redis.Plain.GetDatabase().StreamLengthAsync($"{name}:journal");
        await store.Port.AppendAsync(Event("e1"));
        Assert.True((await store.Port.Append([Event("e1", payload: "[]")], default)).IsLeft);
        Assert.True((await store.Port.Append([Event("e2")], default)).IsLeft);
        Assert.Equal(commands, await redis.Plain.GetDatabase().StreamLengthAsync($"{name}:journal"));
    }

    [Fact]
    public async Task In_nats_a_repeat_and_a_refused_event_are_not_shown()
    {
        await NatsSamples.ClearAsync(nats.Url);
        var (port, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        await using var closed = connection;
        await using var store = (await JournalStore.OpenAsync(port, TimeProvider.System, eventLimit: 3)).Right();
        await using var plain = new NatsConnection(new NatsOpts { Url = nats.Url });
        await using var heard = await plain.SubscribeCoreAsync<byte[]>("events.>");
        await plain.PingAsync();
        await RepeatedAndRefusedAsync(store.Port);
        await plain.PingAsync();
        var ids = new List<string>();
        while (heard.Msgs.TryRead(out var message)) ids.Add(message.Headers!["Event-ID"].ToString());
        Assert.Equal(["e1", "e2", "e3", "e4"], ids);
    }

    /// <summary>Of a store that holds three.</summary>
    static async Task RepeatedAndRefusedAsync(BrokerStore store)
    {
        await store.Consumers.Save(Consumer("c"), default).Right();
        await store.AppendAsync(Event("e1"));
        await store.AppendAsync(Event("e1"));
        var refused = await store.Append([Event("e1", payload: "[]")], default);
        Assert.Equal(new AppendRefusal.OtherBody(new EventIdentity("tests", "e1")), refused.Match(_ => null!, l => l));
        await store.AppendAsync(Event("e2"));
        var mixed = await store.Append([Event("e2"), Event("e3"), Event("e1"), Event("e3")], default).Right();
        Assert.Equal([true, false, true, true], mixed.Select(a => a.Repeated));
        Assert.Equal(["e2", "e3", "e1", "e3"], mixed.Select(a => a.Event.Id));
        foreach (var one in mixed) Assert.Equal((await store.OneAsync(one.Event.Id)).RowId, one.RowId);
        Assert.Equal(new AppendRefusal.Full(3), (await store.Append([Event("e4")], default)).Match(_ => null!, l => l));
        await store.RouteAsync();
        await store.CloseAsync((await store.ClaimAsync("c", limit: 1))[0], new TryEnd.Done());
        await store.AppendAsync(Event("e4"));
        Assert.Equal(["e4", "e3", "e2"], (await store.Read.List(new EventFilter(), 10, default).Right()).Select(e => e.Event.Id));
    }
}
