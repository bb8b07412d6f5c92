using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Integration.Redis;

/// <summary>What keeps two ways to divide one flow apart, in a real Redis.</summary>
public sealed class ShardLeaseTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    const string Whole = TestLeases.Prefix + "menu";

    static readonly Category Menu = new("menu");
    static readonly ShardCount Eight = new(8);
    static readonly LedgerEntry Begun = new(LedgerState.Begun, DateTimeOffset.UnixEpoch, 0);

    public Task InitializeAsync() => redis.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Shards_are_held_beside_each_other_and_say_how_the_flow_is_divided()
    {
        var (one, two) = (New(0), New(7));
        Assert.IsType<LeaseAnswer.Held>(await one.TryAcquireAsync());
        Assert.IsType<LeaseAnswer.Held>(await two.TryAcquireAsync());
        Assert.Equal([Whole, $"{Whole}:8:0", $"{Whole}:8:7"], redis.Keys().Order(StringComparer.Ordinal));
        Assert.Equal("shards 8 30000", await redis.Plain.StringGetAsync(Whole));

        await one.CloseAsync();
        Assert.Equal([Whole, $"{Whole}:8:7"], redis.Keys().Order(StringComparer.Ordinal));
        await two.CloseAsync();
        Assert.Empty(redis.Keys());
    }

    [Fact]
    public async Task A_shard_is_one_processs_and_renewing_it_renews_the_division_too()
    {
        var one = New(3);
        Assert.IsType<LeaseAnswer.Held>(await one.TryAcquireAsync());
        Assert.Equal("here, process 7", Assert.IsType<LeaseAnswer.HeldByOther>(await New(3).TryAcquireAsync()).Holder);

        await redis.Plain.KeyExpireAsync(Whole, TimeSpan.FromSeconds(9));
        var port = new RedisLeases(redis.Connection, TimeSpan.FromSeconds(30)).Of(new FlowShard(Menu, 3, Eight));
        Assert.True((await port.Renew(one.Holding!, TimeSpan.FromSeconds(30))).Right());
        Assert.InRange((await redis.Plain.KeyTimeToLiveAsync(Whole))!.Value, TimeSpan.FromSeconds(25), TimeSpan.FromSeconds(30));
        await one.CloseAsync();
    }

    [Theory]
    [InlineData(1, 30)]
    [InlineData(4, 30)]
    [InlineData(8, 40)]
    public async Task While_any_shard_is_held_nobody_has_anything_of_it_who_divides_it_otherwise(int shards, int seconds)
    {
        var one = New(5);
        Assert.IsType<LeaseAnswer.Held>(await one.TryAcquireAsync());
        var times = new LeaseTimes(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(6));
        var otherwise = TestLeases.New(redis.Connection, times: times, shards: shards);
        Assert.Equal(
            "processes that divide it into 8 shards", Assert.IsType<LeaseAnswer.HeldByOther>(await otherwise.TryAcquireAsync()).Holder);
        await one.CloseAsync();
        Assert.IsType<LeaseAnswer.Held>(await otherwise.TryAcquireAsync());
        var after = Assert.IsType<LeaseAnswer.HeldByOther>(await New(5).TryAcquireAsync());
        Assert.Equal(shards == 1 ? "here, process 7" : $"processes that divide it into {shards} shards", after.Holder);
        await otherwise.CloseAsync();
    }

    [Fact]
    public async Task An_undivided_flow_whose_holder_has_certainly_ended_is_divided_at_once()
    {
        var me = ProcessIdentity.OfThisProcess();
        Assert.NotNull(me.Boot);
        var ended = TestLeases.New(redis.Connection, process: me with { Id = "another", Started = me.Started - 1 });
        Assert.IsType<LeaseAnswer.Held>(await ended.TryAcquireAsync());
        var shard = New(2, me);
        Assert.IsType<LeaseAnswer.Held>(await shard.TryAcquireAsync());
        Assert.Equal("shards 8 30000", await redis.Plain.StringGetAsync(Whole));
        await shard.CloseAsync();
    }

    [Theory]
    [InlineData($"{Whole}:8:0", "someone")]
    [InlineData(Whole, "shards 4 30000")]
    [InlineData(Whole, null)]
    public async Task The_ledger_is_written_only_while_both_the_shard_and_the_division_are_as_they_were(string key, string? text)
    {
        var one = New(0);
        Assert.IsType<LeaseAnswer.Held>(await one.TryAcquireAsync());
        var ledger = LedgerOf(one);
        var id = IdOf(0);
        (await ledger.Write(new Dictionary<EventId, LedgerEntry?> { [id] = Begun })).Right();

        if (text is null) await redis.Plain.KeyDeleteAsync(key);
        else await redis.Plain.StringSetAsync(key, text);
        (await ledger.Write(new Dictionary<EventId, LedgerEntry?> { [id] = null })).Left();
        Assert.True(await redis.Plain.HashExistsAsync("dlqx:ledger:menu", id.Value));
        Assert.False(one.IsHeld);
        await one.CloseAsync();
    }

    [Fact]
    public async Task Whatever_the_number_of_shards_what_is_in_doubt_is_found_again_and_each_shard_reads_its_own()
    {
        var whole = TestLeases.New(redis.Connection);
        Assert.IsType<LeaseAnswer.Held>(await whole.TryAcquireAsync());
        var ids = Enumerable.Range(0, 100).Select(n => new EventId($"e-{n}")).ToList();
        (await LedgerOf(whole).Write(ids.ToDictionary(id => id, _ => (LedgerEntry?)Begun))).Right();
        await whole.CloseAsync();

        foreach (var shards in new[] { 8, 3, 1 })
        {
            var found = new List<EventId>();
            for (var number = 0; number < shards; number++)
            {
                var lease = TestLeases.New(redis.Connection, number: number, shards: shards);
                Assert.IsType<LeaseAnswer.Held>(await lease.TryAcquireAsync());
                var own = (await LedgerOf(lease).Load()).Right();
                Assert.All(own.Keys, id => Assert.True(lease.Flow.Has(id)));
                found.AddRange(own.Keys);
                await lease.CloseAsync();
            }

            Assert.Equal(ids.Order(Comparer<EventId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value))).Select(i => i.Value),
                found.Select(i => i.Value).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task Who_shares_it_is_told_for_as_long_as_each_says_so_and_who_has_which()
    {
        var port = new RedisShards(redis.Connection).Of(Menu, Eight);
        var (one, two) = (TestLeases.NewProcess(), TestLeases.NewProcess("there"));
        var lease = New(6, two);
        Assert.IsType<LeaseAnswer.Held>(await lease.TryAcquireAsync());
        (await port.Look(one, TimeSpan.FromSeconds(30))).Right();
        var seen = (await port.Look(two, TimeSpan.FromMilliseconds(300))).Right();
        Assert.Equal(new[] { one, two }.OrderBy(p => p.Id), seen.Sharers.OrderBy(p => p.Id));
        Assert.Equal([6], Enumerable.Range(0, 8).Where(n => seen.Holders[n] is not null));
        Assert.Equal(lease.Holding, seen.Holders[6]);

        await Task.Delay(TimeSpan.FromMilliseconds(600));
        Assert.Equal([one], (await port.Look(one, TimeSpan.FromSeconds(30))).Right().Sharers);
        Assert.Equal([one.Id], (await redis.Plain.HashKeysAsync("dlqx:sharers:menu:8")).Select(id => (string?)id));
        (await port.Leave(one)).Right();
        Assert.Equal([two], (await port.Look(two, TimeSpan.FromSeconds(30))).Right().Sharers);
        await lease.CloseAsync();
    }

    FlowLease New(int number, ProcessIdentity? process = null) =>
        TestLeases.New(redis.Connection, process: process, number: number, shards: Eight.Value);

    LedgerPort LedgerOf(FlowLease of) => new RedisLedgerStore(
        redis.Connection, new KeptPositions(redis.Connection, TimeSpan.Zero, TimeProvider.System), TimeProvider.System,
        NullLogger<RedisLedgerStore>.Instance).Of(of);

    static EventId IdOf(int shard) =>
        Enumerable.Range(0, 1000).Select(n => new EventId($"e-{n}")).First(id => Eight.Of(id) == shard);
}
