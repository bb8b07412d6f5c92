using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Integration.Redis;

public sealed class RedisLedgerStoreTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    static readonly DateTimeOffset Since = new(2026, 3, 5, 12, 0, 0, 123, TimeSpan.Zero);

    FlowLease lease = null!;

    LedgerPort Ledger => LedgerOf(lease);

    public async Task InitializeAsync()
    {
        await redis.ClearAsync();
        lease = await TestLeases.HeldAsync(redis.Connection);
    }

    public Task DisposeAsync() => lease.CloseAsync();

    [Fact]
    public async Task What_was_written_is_loaded_and_what_was_removed_is_not()
    {
        var begun = new LedgerEntry(LedgerState.Begun, Since, 2);
        var published = new LedgerEntry(LedgerState.Published, Since.AddHours(1), 0);
        await WriteAsync(("a:1\n📮", begun), ("b", begun), ("c", published));
        await WriteAsync(("b", published), ("c", null), ("never there", null));

        var loaded = (await Ledger.Load()).Right();
        Assert.Equal(
            new Dictionary<EventId, LedgerEntry> { [new("a:1\n📮")] = begun, [new("b")] = published }, loaded);
    }

    [Fact]
    public async Task An_empty_ledger_loads_empty_and_an_empty_write_makes_no_key()
    {
        await WriteAsync();
        Assert.Empty((await Ledger.Load()).Right());
        Assert.Equal([TestLeases.Prefix + "menu"], redis.Keys());
    }

    [Fact]
    public async Task Each_write_renews_the_30_days()
    {
        await WriteAsync(("a", new LedgerEntry(LedgerState.Begun, Since, 0)), ("b", null));
        await redis.Plain.KeyExpireAsync("dlqx:ledger:menu", TimeSpan.FromHours(1));
        await WriteAsync(("b", null));

        var left = await redis.Plain.KeyTimeToLiveAsync("dlqx:ledger:menu");
        Assert.InRange(left!.Value, TimeSpan.FromDays(30) - TimeSpan.FromSeconds(20), TimeSpan.FromDays(30));
    }

    [Fact]
    public async Task An_entry_that_cannot_be_read_counts_as_begun_as_long_ago_as_a_ledger_reaches()
    {
        await redis.Plain.HashSetAsync("dlqx:ledger:menu", "a", "9 vanished 12");
        await redis.Plain.HashSetAsync("dlqx:ledger:menu", "b", new byte[] { 0xFF, 0 });
        var before = DateTimeOffset.UtcNow;

        var loaded = (await Ledger.Load()).Right();
        Assert.Equal(2, loaded.Count);
        Assert.All(loaded.Values, e => Assert.Equal((LedgerState.Begun, 0), (e.State, e.Unknowns)));
        Assert.All(loaded.Values, e => Assert.InRange(
            e.Since, before - RedisLedgerStore.TimeToLive, DateTimeOffset.UtcNow - RedisLedgerStore.TimeToLive));
    }

    [Fact]
    public async Task Ledgers_of_two_categories_do_not_meet()
    {
        await WriteAsync(("a", new LedgerEntry(LedgerState.Begun, Since, 0)));
        var other = TestLeases.New(redis.Connection, "log");
        Assert.Empty((await LedgerOf(other).Load()).Right());
    }

    [Fact]
    public async Task A_key_of_another_type_is_a_failure_and_no_exception()
    {
        await redis.Plain.StringSetAsync("dlqx:ledger:menu", "text");
        (await Ledger.Load()).Left();
        (await Ledger.Write(new Dictionary<EventId, LedgerEntry?> { [new("a")] = new(LedgerState.Begun, Since, 0) }))
            .Left();
    }

    [Fact]
    public async Task A_process_that_does_not_know_yet_that_another_took_the_flow_writes_nothing_and_hears_whose_it_is()
    {
        var begun = new LedgerEntry(LedgerState.Begun, Since, 0);
        await WriteAsync(("a", begun));
        await redis.Plain.KeyDeleteAsync(TestLeases.Prefix + "menu");
        var next = TestLeases.New(redis.Connection, process: TestLeases.NewProcess("there"));
        Assert.IsType<LeaseAnswer.Held>(await next.TryAcquireAsync());
        Assert.True(lease.IsHeld);

        var refused = (await Ledger.Write(new Dictionary<EventId, LedgerEntry?> { [new("a")] = null, [new("b")] = begun })).Left();
        Assert.Equal("the flow 'menu' is not this process's any more: there, process 7 has it", refused.Message);
        Assert.False(lease.IsHeld);
        Assert.Equal(["a"], (await LedgerOf(next).Load()).Right().Keys.Select(id => id.Value));
        (await LedgerOf(next).Write(new Dictionary<EventId, LedgerEntry?> { [new("b")] = begun })).Right();
        await next.CloseAsync();
    }

    [Fact]
    public async Task A_flow_that_nobody_has_is_not_written_either()
    {
        await redis.ClearAsync();
        Assert.EndsWith(
            "nobody has it", (await Ledger.Write(new Dictionary<EventId, LedgerEntry?> { [new("a")] = new(LedgerState.Begun, Since, 0) })).Left().Message,
            StringComparison.Ordinal);
        Assert.Empty(redis.Keys());
    }

    LedgerPort LedgerOf(FlowLease of) => new RedisLedgerStore(
        redis.Connection, TimeProvider.System, NullLogger<RedisLedgerStore>.Instance).Of(of);

    async Task WriteAsync(params (string Id, LedgerEntry? Entry)[] changes) =>
        (await Ledger.Write(changes.ToDictionary(c => new EventId(c.Id), c => c.Entry))).Right();
}
