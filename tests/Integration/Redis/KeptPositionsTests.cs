using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Tests.Integration.Redis;

public sealed class KeptPositionsTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    static readonly Category Menu = new("menu");
    static readonly LedgerEntry Published = new(LedgerState.Published, DateTimeOffset.UnixEpoch, 0);

    FlowLease lease = null!;

    public async Task InitializeAsync()
    {
        await redis.ClearAsync();
        lease = await TestLeases.HeldAsync(redis.Connection);
    }

    public async Task DisposeAsync()
    {
        await lease.CloseAsync();
        await redis.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
    }

    [Fact]
    public async Task A_position_goes_along_with_the_ledger_and_is_found_by_its_id_and_by_its_time()
    {
        var now = DateTimeOffset.UtcNow;
        await KeepAsync(Ledger(), At("a:1\n📮", 3, 5_000_000_000, now), At("b", null, now), At("c", 0, 0, now.AddHours(-2)));

        var positions = New();
        Assert.Equal(new RecordPosition(3, 5_000_000_000), (await FindAsync(positions, "a:1\n📮"))!.At);
        Assert.Null((await FindAsync(positions, "b"))!.At);
        Assert.Null(await FindAsync(positions, "never"));
        var read = new List<string>();
        (await positions.ReadAsync(Menu, now.AddHours(-1), now.AddHours(1), p => read.Add(p.Id.Value))).Right();
        Assert.Equal(["a:1\n📮", "b"], read.Order(StringComparer.Ordinal));
        Assert.InRange((await positions.CoverageAsync(Menu)).Right().Since!.Value, now.AddHours(-3), now);
    }

    [Fact]
    public async Task An_event_that_is_published_again_has_its_last_place()
    {
        var now = DateTimeOffset.UtcNow;
        await KeepAsync(Ledger(), At("a", 1, 1, now.AddHours(-3)));
        await KeepAsync(Ledger(), At("a", 1, 2, now));
        Assert.Equal(new RecordPosition(1, 2), (await FindAsync(New(), "a"))!.At);
    }

    [Fact]
    public async Task A_longer_time_to_keep_them_begins_anew()
    {
        var now = DateTimeOffset.UtcNow;
        await KeepAsync(Ledger(TimeSpan.FromHours(5)), At("a", 1, 1, now.AddHours(-3)));
        await KeepAsync(Ledger(), At("b", 1, 2, now));
        Assert.InRange((await New().CoverageAsync(Menu)).Right().Since!.Value, now.AddSeconds(-1), now);
        Assert.InRange((await New(TimeSpan.FromHours(5)).CoverageAsync(Menu)).Right().Since!.Value, now.AddHours(-4), now.AddHours(-2));
    }

    [Fact]
    public async Task An_hour_goes_as_a_whole_when_its_time_is_over()
    {
        var now = DateTimeOffset.UtcNow;
        await KeepAsync(Ledger(TimeSpan.FromHours(5)), At("a", 1, 1, now));
        var left = await redis.Plain.KeyTimeToLiveAsync($"dlqx:pos:menu:{now.ToUnixTimeSeconds() / 3600}");
        Assert.InRange(left!.Value, TimeSpan.FromHours(6) - TimeSpan.FromSeconds(20), TimeSpan.FromHours(6));
    }

    [Fact]
    public async Task What_others_put_in_its_place_keeps_no_ledger_from_being_written()
    {
        var now = DateTimeOffset.UtcNow;
        await redis.Plain.StringSetAsync($"dlqx:pos:menu:{now.ToUnixTimeSeconds() / 3600}", "text");
        await redis.Plain.StringSetAsync("dlqx:poskept:menu", "text");
        await KeepAsync(Ledger(), At("a", 1, 1, now));
        Assert.Equal(1, await redis.Plain.HashLengthAsync("dlqx:ledger:menu"));
        Assert.Null(await FindAsync(New(), "a"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_it_is_off_or_memory_is_tight_it_is_kept_that_it_was_not_kept(bool off)
    {
        var now = DateTimeOffset.UtcNow;
        if (!off) await redis.Plain.ExecuteAsync("CONFIG", "SET", "maxmemory", $"{await UsedMemoryAsync() * 10 / 8}");
        var ledger = Ledger(off ? TimeSpan.Zero : TimeSpan.FromHours(72));
        for (var n = 0; ; n++)
        {
            await KeepAsync(ledger, At($"e{n}", 1, n, now));
            if ((await New().CoverageAsync(Menu)).Right().Gaps.Count > 0) break;
            Assert.True(n < 500, "Redis is short of memory, and all is kept");
            await Task.Delay(10);
        }

        var gap = Assert.Single((await New().CoverageAsync(Menu)).Right().Gaps);
        Assert.InRange(now, gap, gap + PositionCoverage.GapLength);
    }

    [Fact]
    public async Task A_write_that_fails_takes_its_positions_to_the_next()
    {
        var now = DateTimeOffset.UtcNow;
        var ledger = Ledger();
        await redis.Plain.StringSetAsync("dlqx:ledger:menu", "text");
        ledger.Keep([At("a", 1, 1, now)]);
        (await ledger.Write(new Dictionary<EventId, LedgerEntry?> { [new("a")] = Published })).Left();
        Assert.Null(await FindAsync(New(), "a"));
        await redis.Plain.KeyDeleteAsync("dlqx:ledger:menu");
        await KeepAsync(ledger, At("b", 1, 2, now));
        Assert.NotNull(await FindAsync(New(), "a"));
        Assert.NotNull(await FindAsync(New(), "b"));
    }

    /// <summary>The figure that docs/OPERATING.md gives: events of 36 characters, as most backends name them.</summary>
    [Fact]
    public async Task An_event_takes_no_more_memory_than_the_document_says()
    {
        const int Count = 50_000;
        var now = DateTimeOffset.UtcNow;
        var ledger = Ledger();
        var before = await UsedMemoryAsync();
        foreach (var chunk in Enumerable.Range(0, Count).Chunk(500))
        {
            PublishedEvent[] events = [.. chunk.Select(n => At($"{Guid.NewGuid()}", n % 4, 1_000_000 + n, now))];
            ledger.Keep(events);
            (await ledger.Write(events.ToDictionary(e => e.Id, _ => (LedgerEntry?)null))).Right();
        }

        var bytes = (double)(await UsedMemoryAsync() - before) / Count;
        Assert.InRange(bytes, 60, 200);
    }

    LedgerPort Ledger(TimeSpan? retention = null) => new RedisLedgerStore(
        redis.Connection, New(retention), TimeProvider.System, NullLogger<RedisLedgerStore>.Instance).Of(lease);

    KeptPositions New(TimeSpan? retention = null) => new(redis.Connection, retention ?? KeptPositions.DefaultRetention, TimeProvider.System);

    static async Task KeepAsync(LedgerPort ledger, params PublishedEvent[] events)
    {
        ledger.Keep(events);
        (await ledger.Write(events.ToDictionary(e => e.Id, _ => (LedgerEntry?)Published))).Right();
    }

    static async Task<PublishedEvent?> FindAsync(KeptPositions positions, string id) =>
        (await positions.FindAsync(Menu, new EventId(id))).Right().MatchUnsafe(PublishedEvent? (p) => p, () => null);

    static PublishedEvent At(string id, int partition, long offset, DateTimeOffset at) =>
        At(id, new RecordPosition(partition, offset), at);

    static PublishedEvent At(string id, RecordPosition? place, DateTimeOffset at) => new(new EventId(id), place, at);

    async Task<long> UsedMemoryAsync()
    {
        var info = (string)(await redis.Plain.ExecuteAsync("INFO", "memory"))!;
        return long.Parse(info.Split('\n').Single(l => l.StartsWith("used_memory:", StringComparison.Ordinal))["used_memory:".Length..].Trim());
    }
}
