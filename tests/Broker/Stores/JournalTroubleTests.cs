using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Broker.Stores.Nats;
using NATS.Client.Core;
using NATS.Client.JetStream;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What a storage that dies, forgets or is written to by others does to a journal's store, and what it does not.</summary>
public sealed class JournalTroubleTests(BrokerRedis redis, NatsServer nats) : IClassFixture<BrokerRedis>, IClassFixture<NatsServer>
{
    readonly string name = $"events{Guid.NewGuid():N}";

    [Fact]
    public async Task A_redis_that_is_killed_and_comes_back_has_every_event_and_lease_and_no_event_twice()
    {
        await using var journal = redis.NewJournal(name);
        await using var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System)).Right();
        await KilledAsync(store.Port, redis.Server.KillAsync, redis.Server.StartAsync);
        await using var another = redis.NewJournal(name);
        await using var later = (await JournalStore.OpenAsync(another.Port, TimeProvider.System)).Right();
        Assert.Equal(20, (await later.Port.Read.List(new EventFilter(), 100, default).Right()).Count);
    }

    [Fact]
    public async Task A_nats_server_that_is_killed_and_comes_back_has_every_event_and_lease_and_no_event_twice()
    {
        await NatsSamples.ClearAsync(nats.Url);
        var (port, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        await using var closed = connection;
        await using var store = (await JournalStore.OpenAsync(port, TimeProvider.System)).Right();
        await KilledAsync(store.Port, nats.KillAsync, nats.StartAsync);
        var (again, other) = await NatsSamples.NewJournalAsync(nats.Url, name);
        await using var closedToo = other;
        await using var later = (await JournalStore.OpenAsync(again, TimeProvider.System)).Right();
        Assert.Equal(20, (await later.Port.Read.List(new EventFilter(), 100, default).Right()).Count);
    }

    [Fact]
    public async Task A_redis_that_comes_back_empty_gets_back_what_a_process_still_knows()
    {
        await using var journal = redis.NewJournal(name);
        await using var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System)).Right();
        await store.Port.AppendAsync(Event("e1"), Event("e2"));
        await redis.Plain.GetDatabase().ExecuteAsync("FLUSHALL");
        Assert.Equal(2, (await store.Port.Read.List(new EventFilter(), 10, default).Right()).Count);
        await using var another = redis.NewJournal(name);
        await using var later = (await JournalStore.OpenAsync(another.Port, TimeProvider.System)).Right();
        await later.Port.AppendAsync(Event("e3"));
        Assert.Equal(3, (await store.Port.Read.List(new EventFilter(), 10, default).Right()).Count);
    }

    [Fact]
    public async Task D9_a_redis_that_stands_still_is_a_failure_in_bounded_time_and_none_when_it_goes_on()
    {
        await using var journal = redis.NewJournal(name);
        await using var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System)).Right();
        await store.Port.AppendAsync(Event("e1"));
        await redis.Server.PauseAsync();
        try
        {
            var limit = TimeSpan.FromSeconds(60);
            Assert.True((await store.Port.Read.List(new EventFilter(), 9, default).WaitAsync(limit)).IsLeft);
            Assert.True((await store.Port.Read.One(new EventIdentity("tests", "none"), default).WaitAsync(limit)).IsLeft);
        }
        finally
        {
            await redis.Server.ResumeAsync();
        }

        await AppendedAsync(store.Port, Event("e2"));
        Assert.Equal(2, (await store.Port.Read.List(new EventFilter(), 9, default).Right()).Count);
    }

    [Fact]
    public async Task Who_stands_in_line_when_the_store_is_closed_is_answered()
    {
        await using var journal = redis.NewJournal(name);
        var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System)).Right();
        var appends = Enumerable.Range(0, 40).Select(i => store.Port.Append([Event($"e{i}")], default)).ToArray();
        await store.DisposeAsync();
        await Task.WhenAll(appends).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True((await store.Port.Append([Event("late")], default)).IsLeft);
        Assert.True((await store.Port.Read.List(new EventFilter(), 9, default)).IsLeft);
    }

    [Fact]
    public async Task Processes_that_append_and_claim_at_once_lose_nothing_and_give_nothing_twice()
    {
        await using var one = redis.NewJournal(name);
        await using var two = redis.NewJournal(name);
        await using var first = (await JournalStore.OpenAsync(one.Port, TimeProvider.System, keepInterval: 20)).Right();
        await using var second = (await JournalStore.OpenAsync(two.Port, TimeProvider.System, keepInterval: 20)).Right();
        await first.Port.Consumers.Save(Consumer("c"), default).Right();
        await Task.WhenAll(Enumerable.Range(0, 60).Select(n => (n % 2 == 0 ? first : second).Port.AppendAsync(Event($"e{n}"))));
        await second.Port.RouteAsync();
        var claims = await Task.WhenAll(Enumerable.Range(0, 12).Select(n =>
            (n % 2 == 0 ? first : second).Port.ClaimAsync("c", owner: $"p{n % 2}")));
        Assert.Equal(60, claims.SelectMany(c => c).Select(c => c.Event.Id).Distinct().Count());
        Assert.Equal(60, claims.Sum(c => c.Count));
    }

    /// <summary>A process that comes later begins with the kept state, and so with all that was ever added to the tables.</summary>
    [Fact]
    public async Task The_kept_state_has_letters_repairs_expiry_replays_schemas_and_the_audit()
    {
        await using var journal = redis.NewJournal(name);
        await using var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System, keepInterval: 1)).Right();
        var port = store.Port;
        await port.Consumers.Save(Consumer("c", "shop.*"), default).Right();
        await port.AppendAsync(Event("e1", "shop.order"), Event("e2", "shop.order"), Event("e3", "other"));
        await port.RouteAsync();
        foreach (var held in await port.ClaimAsync("c")) await port.CloseAsync(held, new TryEnd.Dead("no"));
        var dead = await port.Dead.List(new DeadFilter(), 10, default).Right();
        await port.Dead.Note([new LetterNote(dead[0].Handling.Id, dead[0].Token, IsKept: true)], default).Right();
        Assert.True(await port.Dead.Revive(dead[1].Handling.Id, new ReadOnlyMemory<byte>([(byte)'7']), Noon, default).Right());
        Assert.Equal(1, await port.Operate.Expire(Noon.AddDays(1), Noon.AddDays(1), 10, default).Right());
        var choice = new ReplayChoice(null, EventStatus.Failed, null, null, null, null, OnlyDead: true);
        await port.Replays.Plan(
            new StoreReplay("r1", "anna", Noon, choice, "c", 5, 0, 0, StoreReplayState.Planned, 0, 0, 0, Noon, null, null, null),
            default).Right();
        Assert.True(await port.Schemas.Add(new EventSchema("shop.order", 2, "{}", "[]"), default).Right());
        await port.Audit.Append("one", previous => previous + "1", default).Right();
        await port.Audit.Append("two", previous => previous + "2", default).Right();

        await using var another = redis.NewJournal(name);
        await using var later = (await JournalStore.OpenAsync(another.Port, TimeProvider.System)).Right();
        var found = later.Port;
        var lettered = await found.Dead.List(new DeadFilter(Lettered: true), 10, default).Right();
        Assert.Equal([dead[0].Handling.Id], lettered.Select(d => d.Handling.Id));
        var revived = (await found.Dead.One(dead[1].Handling.Id, default).Right()).First();
        Assert.True(revived.Handling.IsEdited);
        Assert.Equal("7", revived.Edited.Match(b => System.Text.Encoding.UTF8.GetString(b.Span), () => ""));
        Assert.Equal(1, (await found.Read.Count(default).Right()).Expired);
        Assert.Equal(choice, Assert.Single(await found.Replays.All(default).Right()).Choice);
        Assert.Equal(new EventSchema("shop.order", 2, "{}", "[]"), Assert.Single(await found.Schemas.All(default).Right()));
        Assert.Equal(["12", "1"], (await found.Audit.List(null, 10, default).Right()).Select(l => l.Hash));
        Assert.Equal("123", await found.Audit.Append("three", previous => previous + "3", default).Right());
    }

    [Fact]
    public async Task Redis_shows_events_and_their_status_under_the_contracts_names()
    {
        await using var journal = redis.NewJournal(name);
        await using var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System)).Right();
        var db = redis.Plain.GetDatabase();
        await store.Port.Consumers.Save(Consumer("c"), default).Right();
        await store.Port.AppendAsync(Event("e1"), Event("e2"));
        var entries = await db.StreamRangeAsync(name);
        Assert.Equal(["event", "id", "type", "source", "status", "instance_id"], entries[0].Values.Select(v => (string)v.Name!));
        Assert.Equal(["e1", "e2"], entries.Select(e => (string)e["id"]!));
        Assert.Equal("pending", (string?)await db.HashGetAsync($"{name}:status:e1", "status"));
        await store.Port.RouteAsync();
        var held = await store.Port.ClaimAsync("c");
        await store.Port.CloseAsync(held[0], new TryEnd.Done());
        await store.Port.CloseAsync(held[1], new TryEnd.Dead("no"));
        Assert.Equal("completed", (string?)await db.HashGetAsync($"{name}:status:e1", "status"));
        Assert.Equal(["failed", "no"], (await db.HashGetAsync($"{name}:status:e2", ["status", "error"])).Select(v => (string?)v));
        Assert.Equal(1, await store.Port.Operate.Purge(Noon.AddSeconds(1), 10, default).Right());
        Assert.Equal(["e2"], (await db.StreamRangeAsync(name)).Select(e => (string)e["id"]!));
        Assert.False(await db.KeyExistsAsync($"{name}:status:e1"));
    }

    [Fact]
    public async Task In_nats_what_others_write_is_an_event_or_nothing_and_no_notice_is_taken_for_one()
    {
        await NatsSamples.ClearAsync(nats.Url);
        var (port, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        await using var closed = connection;
        await using var store = (await JournalStore.OpenAsync(port, TimeProvider.System)).Right();
        await store.Port.AppendAsync(Event("e1", "chat.message"));
        await using var plain = new NatsConnection(new NatsOpts { Url = nats.Url });
        var js = new NatsJSContext(plain);
        (await js.PublishAsync("events.status.e1", "{\"event_id\":\"e1\",\"status\":\"completed\"}"u8.ToArray())).EnsureSuccess();
        (await js.PublishAsync("events.x.y.z.w", "no json"u8.ToArray())).EnsureSuccess();
        (await js.PublishAsync("events.other.public.users.create", EventJson.Write(Event("e2") with { Source = "other" }))).EnsureSuccess();
        await store.Port.AppendAsync(Event("e3"));
        Assert.Equal(["e3", "e2", "e1"], (await store.Port.Read.List(new EventFilter(), 10, default).Right()).Select(e => e.Event.Id));
    }

    [Theory]
    [InlineData("", "_")]
    [InlineData("_", "=5F")]
    [InlineData("users", "users")]
    [InlineData("host.with.dots", "host=2Ewith=2Edots")]
    [InlineData("a b>*=", "a=20b=3E=2A=3D")]
    [InlineData("ü", "=C3=BC")]
    public void A_part_of_a_subject_is_never_empty_and_never_two(string text, string token) =>
        Assert.Equal(token, NatsSubjects.Token(text));

    static async Task KilledAsync(BrokerStore store, Func<Task> kill, Func<Task> start)
    {
        await store.Consumers.Save(Consumer("c"), default).Right();
        for (var n = 0; n < 10; n++) await store.AppendAsync(Event($"e{n}"));
        await store.RouteAsync();
        var held = await store.ClaimAsync("c", limit: 4);
        await kill();
        Assert.True((await store.Append([Event("lost?")], default)).IsLeft);
        await start();
        for (var n = 9; n < 20; n++) await AppendedAsync(store, Event($"e{n}"));
        foreach (var one in held) Assert.True(await store.CloseAsync(one, new TryEnd.Done()));
        await store.RouteAsync();
        Assert.Equal(16, (await store.ClaimAsync("c", limit: 100)).Count);
        Assert.Equal(4, (await store.Read.Count(default).Right()).Completed);
    }

    /// <summary>What was refused while it was away is sent again, as a publisher would.</summary>
    static async Task AppendedAsync(BrokerStore store, BrokerEvent given)
    {
        for (var tries = 0; tries < 200 && (await store.Append([given], default)).IsLeft; tries++) await Task.Delay(100);
    }
}
