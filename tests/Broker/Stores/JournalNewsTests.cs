using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Journal;
using NATS.Client.Core;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>What other programs see of the events beside the journal, from first to last.</summary>
public sealed class JournalNewsTests(BrokerRedis redis, NatsServer nats) : IClassFixture<BrokerRedis>, IClassFixture<NatsServer>
{
    readonly string name = $"events{Guid.NewGuid():N}";

    /// <summary>The old store kept the error beside a later success, and a set of what was removed that grew for ever.</summary>
    [Fact]
    public async Task D11_in_redis_no_error_outlives_a_success_and_nothing_is_left_of_what_is_gone()
    {
        await using var journal = redis.NewJournal(name);
        await using var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System)).Right();
        var port = store.Port;
        await port.Consumers.Save(Consumer("c"), default).Right();
        await port.AppendAsync(Event("e1"), Event("e2"));
        await port.RouteAsync();
        var held = await port.ClaimAsync("c");
        await port.CloseAsync(held[0], new TryEnd.RetryAt(Noon, "once"));
        await port.CloseAsync(held[1], new TryEnd.Dead("no"));
        Assert.Equal(("once", "no"), (await ErrorAsync("e1"), await ErrorAsync("e2")));
        await port.CloseAsync((await port.ClaimAsync("c"))[0], new TryEnd.Done());
        Assert.True(await port.Operate.Replay(new EventIdentity("tests", "e2"), "c", Noon, default).Right());
        await port.CloseAsync((await port.ClaimAsync("c"))[0], new TryEnd.Done());
        Assert.Equal((null, null), (await ErrorAsync("e1"), await ErrorAsync("e2")));
        Assert.InRange((await redis.Plain.GetDatabase().KeyTimeToLiveAsync($"{name}:status:e1"))!.Value.TotalDays, 6.9, 7);

        Assert.Equal(2, await port.Operate.Purge(Noon.AddDays(1), 10, default).Right());
        Assert.Equal(0, await redis.Plain.GetDatabase().StreamLengthAsync(name));
        var left = redis.Plain.GetServers()[0].Keys(pattern: $"{name}*").Select(k => ((string)k!)[name.Length..]);
        Assert.Equal(["", ":journal", ":journal:head"], left.Order(StringComparer.Ordinal));
    }

    /// <summary>Who removed them died before telling, or Redis did not hear it.</summary>
    [Fact]
    public async Task In_redis_entries_of_events_whose_end_was_not_told_go_after_the_next_kept_state()
    {
        await using var journal = redis.NewJournal(name);
        var isMute = false;
        var port = journal.Port with { Tell = news => isMute ? Task.CompletedTask : journal.Port.Tell(news) };
        await using var store = (await JournalStore.OpenAsync(port, TimeProvider.System, keepInterval: 20)).Right();
        await OneIsDoneAsync(store.Port);
        isMute = true;
        Assert.Equal(1, await store.Port.Operate.Purge(Noon.AddDays(1), 10, default).Right());
        Assert.Equal(["e1"], await ShownAsync());
        isMute = false;
        for (var n = 0; n < 25; n++) await store.Port.AppendAsync(Event($"f{n}"));
        Assert.Equal(Enumerable.Range(0, 25).Select(n => $"f{n}"), await ShownAsync());
        Assert.Equal(25, await redis.Plain.GetDatabase().HashLengthAsync($"{name}:entries"));
    }

    [Fact]
    public async Task In_redis_an_event_that_is_published_anew_keeps_its_entry_when_the_end_of_the_old_one_is_told_late()
    {
        await using var journal = redis.NewJournal(name);
        var late = new List<JournalNews>();
        var port = journal.Port with { Tell = news => news.Gone.Count > 0 ? Later(news) : journal.Port.Tell(news) };
        await using var store = (await JournalStore.OpenAsync(port, TimeProvider.System)).Right();
        await OneIsDoneAsync(store.Port);
        Assert.Equal(1, await store.Port.Operate.Purge(Noon.AddDays(1), 10, default).Right());
        await using var another = redis.NewJournal(name);
        await using var other = (await JournalStore.OpenAsync(another.Port, TimeProvider.System)).Right();
        await other.Port.AppendAsync(Event("e1", payload: "[]"));
        await journal.Port.Tell(Assert.Single(late));
        await store.Port.AppendAsync(Event("e2"));
        Assert.Equal(["e1", "e2"], await ShownAsync());
        Assert.Equal("pending", (string?)await redis.Plain.GetDatabase().HashGetAsync($"{name}:status:e1", "status"));

        Task Later(JournalNews news)
        {
            late.Add(news);
            return Task.CompletedTask;
        }
    }

    static async Task OneIsDoneAsync(BrokerStore store)
    {
        await store.Consumers.Save(Consumer("c"), default).Right();
        await store.AppendAsync(Event("e1"));
        await store.RouteAsync();
        Assert.True(await store.CloseAsync(Assert.Single(await store.ClaimAsync("c")), new TryEnd.Done()));
    }

    async Task<IEnumerable<string>> ShownAsync() =>
        (await redis.Plain.GetDatabase().StreamRangeAsync(name)).Select(e => (string)e["id"]!);

    async Task<string?> ErrorAsync(string id) => await redis.Plain.GetDatabase().HashGetAsync($"{name}:status:{id}", "error");

    /// <summary>The old store's notices lay among the events, and whoever listened to these got them as events of no type.</summary>
    [Fact]
    public async Task D13_in_nats_who_listens_to_the_events_meets_events_alone()
    {
        await NatsSamples.ClearAsync(nats.Url);
        var (journal, connection) = await NatsSamples.NewJournalAsync(nats.Url, name);
        await using var closed = connection;
        await using var store = (await JournalStore.OpenAsync(journal, TimeProvider.System)).Right();
        await using var plain = new NatsConnection(new NatsOpts { Url = nats.Url });
        await using var heard = await plain.SubscribeCoreAsync<byte[]>("events.>");
        await plain.PingAsync();
        var port = store.Port;
        await port.Consumers.Save(Consumer("c"), default).Right();
        foreach (var id in (string[])["e1", "e2", "e3"]) await port.AppendAsync(Event(id));
        await port.RouteAsync();
        var held = await port.ClaimAsync("c");
        await port.CloseAsync(held[0], new TryEnd.Done());
        await port.CloseAsync(held[1], new TryEnd.RetryAt(Noon, "once"));
        await port.CloseAsync(held[2], new TryEnd.Dead("no"));
        Assert.True(await port.Operate.Discard(new EventIdentity("tests", "e3"), "c", Noon, default).Right());
        Assert.Equal(2, await port.Operate.Purge(Noon.AddDays(1), 10, default).Right());
        await port.AppendAsync(Event("last"));

        var ids = new List<string>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (ids is not [.., "last"]) ids.Add((await heard.Msgs.ReadAsync(limit.Token)).Headers?["Event-ID"].ToString() ?? "a notice");
        Assert.Equal(["e1", "e2", "e3", "last"], ids);
    }
}
