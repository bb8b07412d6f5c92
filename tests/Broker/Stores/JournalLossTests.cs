using Hobom.Slices.Broker;
using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Broker.Stores.Journal;
using Hobom.Slices.Broker.Stores.Nats;
using Hobom.Slices.Core;
using LanguageExt;
using StackExchange.Redis;
using static Hobom.Slices.Tests.Broker.Stores.StoreSamples;

namespace Hobom.Slices.Tests.Broker.Stores;

/// <summary>A storage that comes back with less than it had, and what those who know more make of it.</summary>
public sealed class JournalLossTests(BrokerRedis redis, NatsServer nats)
    : IClassFixture<BrokerRedis>, IClassFixture<NatsServer>, IAsyncLifetime
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    readonly string name = $"events{Guid.NewGuid():N}";
    readonly List<IAsyncDisposable> opened = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var one in Enumerable.Reverse(opened)) await one.DisposeAsync();
    }

    [Fact]
    public async Task A_redis_that_comes_back_older_gets_back_what_a_process_still_knows()
    {
        var mine = await RedisStoreAsync();
        await mine.AppendAsync(Event("e1"));
        var before = await RememberAsync();
        var held = await ClaimedAsync(mine, "e2");
        await GoBackAsync(before);
        Assert.Equal(2, (await mine.Read.List(new EventFilter(), 10, default).WaitAsync(Limit).Right()).Count);
        var later = await RedisStoreAsync();
        Assert.Equal(2, (await later.Read.List(new EventFilter(), 10, default).Right()).Count);
        Assert.Empty(await later.ClaimAsync("c"));
        Assert.All(held, one => Assert.True(later.CloseAsync(one, new TryEnd.Done()).Result));
    }

    [Fact]
    public async Task A_redis_that_comes_back_older_holds_up_no_append_and_no_close()
    {
        var mine = await RedisStoreAsync();
        await mine.AppendAsync(Event("e1"));
        var before = await RememberAsync();
        await mine.AppendAsync(Event("e2"));
        await GoBackAsync(before);
        await mine.Append([Event("e3")], default).WaitAsync(Limit).Right();
        Assert.Equal(["e3", "e2", "e1"], await IdsAsync(await RedisStoreAsync()));
    }

    /// <summary>Whoever comes first would begin anew there.</summary>
    [Fact]
    public async Task A_redis_that_comes_back_empty_gets_it_back_before_anybody_asks()
    {
        await using var journal = redis.NewJournal(name);
        await using var store = (await JournalStore.OpenAsync(journal.Port, TimeProvider.System)).Right();
        await store.Port.AppendAsync(Event("e1"));
        var db = redis.Plain.GetDatabase();
        // It has seen its own, and waits for more.
        for (var tries = 0; tries < 300 && !await WaitsAsync(); tries++) await Task.Delay(100);
        await db.ExecuteAsync("FLUSHALL");
        await db.ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        for (var tries = 0; tries < 300 && !await db.KeyExistsAsync($"{name}:journal:head"); tries++) await Task.Delay(100);
        Assert.Equal(["e1"], await IdsAsync(await RedisStoreAsync()));
    }

    [Fact]
    public async Task Of_two_that_give_it_back_to_an_empty_redis_the_one_that_knows_more_counts()
    {
        var less = await RedisStoreAsync();
        var more = await RedisStoreAsync();
        await less.AppendAsync(Event("e1"));
        await more.AppendAsync(Event("e2"));
        await redis.Plain.GetDatabase().ExecuteAsync("FLUSHALL");
        Assert.Equal(["e1"], await IdsAsync(less));
        Assert.Equal(["e2", "e1"], await IdsAsync(more));
        Assert.Equal(["e2", "e1"], await IdsAsync(less));
    }

    [Fact]
    public async Task A_redis_that_is_empty_and_begun_anew_by_a_new_process_gets_the_open_events_of_one_that_knows_them()
    {
        var mine = await RedisStoreAsync();
        await mine.AppendAsync(Event("e0"));
        foreach (var held in await ClaimedAsync(mine, "e1")) await mine.CloseAsync(held, new TryEnd.Done());
        await mine.AppendAsync(Event("e2"), Event("e3"));
        await redis.Plain.GetDatabase().ExecuteAsync("FLUSHALL");
        var another = await RedisStoreAsync();
        await another.AppendAsync(Event("e3"));
        Assert.Equal(["e2", "e3"], await IdsAsync(mine));
        Assert.Equal(["e2", "e3"], await IdsAsync(another));
    }

    [Fact]
    public async Task Where_others_added_to_an_older_redis_a_process_takes_that_and_ends_nobody_elses_handling()
    {
        var mine = await RedisStoreAsync();
        await mine.Consumers.Save(Consumer("c"), default).Right();
        var before = await RememberAsync();
        var lost = await ClaimedAsync(mine, "mine");
        await GoBackAsync(before);
        await OthersAreInAsync(mine, await RedisStoreAsync(), lost);
    }

    [Fact]
    public async Task Where_others_added_to_an_older_nats_a_process_takes_that_and_ends_nobody_elses_handling()
    {
        await NatsSamples.ClearAsync(nats.Url);
        var mine = await NatsStoreAsync();
        await mine.Consumers.Save(Consumer("c"), default).Right();
        await nats.KillAsync();
        var before = nats.Copy();
        await nats.StartAsync();
        await AnsweredAsync(() => mine.Consumers.All(default));
        var lost = await ClaimedAsync(mine, "mine");
        await nats.KillAsync();
        nats.GoBackTo(before);
        await nats.StartAsync();
        await OthersAreInAsync(mine, await NatsStoreAsync(), lost);
    }

    [Fact]
    public async Task A_nats_that_comes_back_older_is_taken_as_it_is_and_gets_the_open_events_again()
    {
        await NatsSamples.ClearAsync(nats.Url);
        var mine = await NatsStoreAsync(keepInterval: 2);
        await mine.AppendAsync(Event("e1"));
        await mine.AppendAsync(Event("e2"));
        await nats.KillAsync();
        var before = nats.Copy();
        await nats.StartAsync();
        await AnsweredAsync(() => mine.Consumers.All(default));
        foreach (var id in (string[])["e3", "e4", "e5"]) await mine.AppendAsync(Event(id));
        await nats.KillAsync();
        nats.GoBackTo(before);
        await nats.StartAsync();
        await AnsweredAsync(() => mine.Consumers.All(default));
        Assert.Equal(["e5", "e4", "e3", "e2", "e1"], await IdsAsync(mine));
        await mine.AppendAsync(Event("e6"));
        Assert.Equal(["e6", "e5", "e4", "e3", "e2", "e1"], await IdsAsync(await NatsStoreAsync()));
    }

    /// <summary>The same places in the log, with another event in the hands of another process.</summary>
    static async Task OthersAreInAsync(BrokerStore mine, BrokerStore other, IReadOnlyList<Claimed> lost)
    {
        var theirs = await ClaimedAsync(other, "theirs");
        Assert.Equal(["theirs"], theirs.Select(c => c.Event.Id));
        Closing[] end = [new(lost[0].HandlingId, lost[0].Token, new TryEnd.Done())];
        Assert.Empty(await AnsweredAsync(() => mine.Close(end, Noon, default)));
        Assert.Equal(["mine", "theirs"], await IdsAsync(mine));
        Assert.Equal(["mine", "theirs"], await IdsAsync(other));
        Assert.True(await other.CloseAsync(theirs[0], new TryEnd.Done()));
        await mine.RouteAsync();
        Assert.Equal(["mine"], (await mine.ClaimAsync("c")).Select(c => c.Event.Id));
    }

    static async Task<IReadOnlyList<Claimed>> ClaimedAsync(BrokerStore store, string id)
    {
        await store.Consumers.Save(Consumer("c"), default).Right();
        await store.AppendAsync(Event(id));
        await store.RouteAsync();
        return await store.ClaimAsync("c");
    }

    /// <summary>A connection takes a moment to see that its server is there again.</summary>
    static async Task<T> AnsweredAsync<T>(Func<Task<Either<StoreFailure, T>>> ask)
    {
        for (var tries = 0; ; tries++)
        {
            var answer = await ask().WaitAsync(Limit);
            if (answer.IsRight || tries == 200) return answer.Right();
            await Task.Delay(100);
        }
    }

    static async Task<IEnumerable<string>> IdsAsync(BrokerStore store) =>
        (await store.Read.List(new EventFilter(), 10, default).WaitAsync(Limit).Right()).Select(e => e.Event.Id);

    /// <summary>It looks when it is asked, and not when something comes: what it finds then is what the test is about.</summary>
    async Task<BrokerStore> RedisStoreAsync()
    {
        var journal = redis.NewJournal(name);
        opened.Add(journal);
        return await StoreAsync(journal.Port, JournalFollower.KeepInterval);
    }

    async Task<BrokerStore> NatsStoreAsync(int keepInterval = JournalFollower.KeepInterval)
    {
        var settings = new NatsSettings(nats.Url, name, InMemory: false, "t1");
        var journal = await AnsweredAsync(() => NatsJournal.OpenAsync(settings, TimeProvider.System, default));
        opened.Add(journal);
        return await StoreAsync(journal.Port, keepInterval);
    }

    async Task<BrokerStore> StoreAsync(JournalPort port, int keepInterval)
    {
        var quiet = port with { Watch = (_, _) => Task.CompletedTask };
        var store = (await JournalStore.OpenAsync(quiet, TimeProvider.System, keepInterval)).Right();
        opened.Add(store);
        return store.Port;
    }

    async Task<bool> WaitsAsync() => ((string)(await redis.Plain.GetDatabase().ExecuteAsync("CLIENT", "LIST"))!).Split('\n')
        .Any(l => l.Contains("cmd=xread", StringComparison.Ordinal) && l.Contains("flags=b", StringComparison.Ordinal));

    async Task<IReadOnlyDictionary<RedisKey, byte[]>> RememberAsync()
    {
        var db = redis.Plain.GetDatabase();
        var all = new Dictionary<RedisKey, byte[]>();
        foreach (var key in Keys()) all[key] = (await db.KeyDumpAsync(key))!;
        return all;
    }

    /// <summary>In one step.</summary>
    async Task GoBackAsync(IReadOnlyDictionary<RedisKey, byte[]> before)
    {
        var back = redis.Plain.GetDatabase().CreateTransaction();
        var parts = Keys().Except(before.Keys).Select(key => (Task)back.KeyDeleteAsync(key))
            .Concat(before.Select(one => back.ExecuteAsync("RESTORE", one.Key, 0, one.Value, "REPLACE"))).ToArray();
        Assert.True(await back.ExecuteAsync());
        await Task.WhenAll(parts);
    }

    RedisKey[] Keys() => [.. redis.Plain.GetServers()[0].Keys(pattern: $"{name}*")];
}
