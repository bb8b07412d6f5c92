using Hobom.Slices.Broker;
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
