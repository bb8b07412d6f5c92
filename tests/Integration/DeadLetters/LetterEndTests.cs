using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Tests.Integration.Redis;
using Hobom.Slices.Tests.Support;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>No letter goes without a word.</summary>
public sealed class LetterEndTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    readonly MovedClock clock = new();

    LetterReconciler Upkeep => field ??= new LetterReconciler(redis.Connection, clock);

    public Task InitializeAsync() => redis.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_letter_that_expired_leaves_a_tombstone_and_nothing_else()
    {
        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();
        await PassAsync("e1", TimeSpan.FromHours(73));

        var stone = Assert.Single((await Upkeep.SweepAsync()).Right());
        Assert.Equal(
            ("dlq:menu:e1", LetterEnd.Expired, "publish", FailureClass.Transient, "timed out", 1, 2L),
            (stone.Key, stone.Why, stone.Stage, stone.Class!.Value, stone.Cause, stone.Attempts, stone.PayloadBytes));
        Assert.Equal("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", stone.PayloadSha256);
        Assert.Equal([stone], await StonesAsync());
        Assert.Empty((await Upkeep.SweepAsync()).Right());
        Assert.Equal(["dlqx:categories", "dlqx:changed:menu", "dlqx:tombstones"], redis.Keys().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_letter_that_another_program_deleted_is_said_to_be_removed()
    {
        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();
        await redis.Plain.KeyDeleteAsync("dlq:menu:e1");

        Assert.Empty((await Upkeep.SweepAsync()).Right());
        Assert.Equal(LetterEnd.Removed, Assert.Single((await Upkeep.ReconcileAsync()).Right().Ended).Why);
    }

    [Fact]
    public async Task A_letter_that_another_program_gave_more_time_is_no_hole_and_its_expiry_is_corrected()
    {
        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();
        await redis.Plain.KeyExpireAsync("dlq:menu:e1", TimeSpan.FromHours(300));
        clock.Ahead = TimeSpan.FromHours(73);

        Assert.Empty((await Upkeep.SweepAsync()).Right());
        var expected = await redis.Plain.SortedSetScoreAsync("dlqx:exp:menu", "e1");
        Assert.InRange(expected!.Value - clock.GetUtcNow().AddHours(300).ToUnixTimeMilliseconds(), -60_000, 60_000);
        (await redis.Feed.LoadAsync()).Right();
        Assert.Single(redis.Catalogue.Letters);
    }

    [Fact]
    public async Task A_discard_is_final_after_a_day_and_its_tombstone_says_who_and_why()
    {
        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();
        (await redis.Store.NoteRowFailedAsync(Key("e1"))).Right();
        (await redis.Store.ActAsync(Key("e1"), new LetterCommand(LetterAction.Discard, "anna", "sent by hand"))).Right();
        clock.Ahead = TimeSpan.FromHours(25);
        Assert.Empty((await Upkeep.SweepAsync()).Right());
        await redis.Plain.KeyDeleteAsync(["dlqx:discarded:menu:e1", "dlqx:meta:menu:e1"]);

        var stone = Assert.Single((await Upkeep.SweepAsync()).Right());
        Assert.Equal((LetterEnd.Discarded, "anna", "sent by hand"), (stone.Why, stone.By, stone.Reason));
    }

    [Fact]
    public async Task Letters_that_are_delivered_while_all_are_looked_at_leave_no_tombstone()
    {
        var looking = true;
        var looks = Task.Run(async () =>
        {
            while (Volatile.Read(ref looking)) (await Upkeep.ReconcileAsync()).Right();
        });
        foreach (var chunk in Enumerable.Range(0, 1500).Chunk(30))
        {
            await Task.WhenAll(chunk.Select(i => redis.Store.SaveAsync(Of(Key($"e{i}")))));
            await Task.WhenAll(chunk.Select(i => redis.Store.DropAsync(Key($"e{i}"))));
        }

        Volatile.Write(ref looking, false);
        await looks;
        (await Upkeep.ReconcileAsync()).Right();
        Assert.Empty(await StonesAsync());
        Assert.Equal(["dlqx:categories", "dlqx:changed:menu"], redis.Keys().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Tombstones_come_page_by_page_the_newest_first_and_those_of_another_form_are_passed_over()
    {
        for (var i = 0; i < 5; i++)
        {
            (await redis.Store.SaveAsync(Of(Key($"e{i}", i % 2 == 0 ? "menu" : "log")))).Right();
            await redis.Plain.KeyDeleteAsync($"dlq:{(i % 2 == 0 ? "menu" : "log")}:e{i}");
            (await Upkeep.ReconcileAsync()).Right();
        }

        await redis.Plain.ExecuteAsync("XADD", "dlqx:tombstones", "*", "t", "of another build");
        Assert.Equal("e4 e3 e2 e1 e0", await PagedAsync(new TombstoneFilter(), 2));
        Assert.Equal("e4 e2 e0", await PagedAsync(new TombstoneFilter(new Category("menu")), 1));
        Assert.Equal("e2", await PagedAsync(new TombstoneFilter(Key: Key("e2")), 1));
        Assert.Equal("", await PagedAsync(new TombstoneFilter(new Category("log"), Key: Key("e2")), 1));
        Assert.Equal("", await PagedAsync(new TombstoneFilter(Why: LetterEnd.Expired, Key: Key("e2")), 1));
    }

    [Fact]
    public async Task Letters_that_Redis_evicts_are_said_to_be_evicted_and_the_health_tells_why()
    {
        await using var server = await RedisServer.StartedAsync("--maxmemory", "8mb", "--maxmemory-policy", "volatile-lru", "--appendonly", "no");
        await using var connection = RedisFixture.ConnectionTo(server.Address);
        var store = new RedisDeadLetterStore(connection, clock);
        var upkeep = new LetterReconciler(connection, clock);
        for (var i = 0; i < 150; i++) (await store.SaveAsync(Of(Key($"e{i}"), payload: new byte[100_000]))).Right();

        // Writing tombstones evicts still more, until those freed enough.
        var ended = new List<Tombstone>();
        while ((await upkeep.ReconcileAsync()).Right().Ended is { Count: > 0 } more) ended.AddRange(more);
        Assert.NotEmpty(ended);
        Assert.All(ended, stone => Assert.Equal((LetterEnd.Evicted, FailureClass.Transient), (stone.Why, stone.Class!.Value)));
        Assert.Equal(150, ended.Count + (await store.ListAsync("dlq:")).Right().Count);
        var health = (await new RedisStoreHealth(connection, TimeProvider.System).ReadAsync()).Right();
        Assert.Equal(("volatile-lru", false), (health.EvictionPolicy, health.AppendOnlyFile!.Value));
        Assert.Equal(3, health.Problems.Count);
        Assert.InRange(health.ClockOffset, TimeSpan.FromSeconds(-2), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Letters_of_an_older_build_get_their_traces_when_all_are_looked_at()
    {
        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();
        await redis.Plain.KeyDeleteAsync(["dlqx:sum:menu", "dlqx:exp:menu", "dlqx:changed:menu"]);
        (await Upkeep.ReconcileAsync()).Right();
        (await redis.Feed.LoadAsync()).Right();

        var letter = Assert.Single(redis.Catalogue.Letters);
        Assert.Equal(("timed out", null), (letter.Summary.Reason, letter.Summary.Unreadable));
        Assert.NotNull(letter.ExpiresAt);
    }

    async Task<string> PagedAsync(TombstoneFilter filter, int limit)
    {
        var (ids, cursor) = (new List<string>(), (StreamCursor?)null);
        while (true)
        {
            var page = (await new RedisTombstones(redis.Connection).PageAsync(filter, limit, cursor)).Right();
            ids.AddRange(page.Tombstones.Select(t => t.Key[(t.Key.LastIndexOf(':') + 1)..]));
            if (page.Next is null) return string.Join(' ', ids);
            cursor = StreamCursor.Parse(page.Next);
        }
    }

    async Task PassAsync(string id, TimeSpan time)
    {
        clock.Ahead = time;
        await redis.Plain.KeyDeleteAsync([$"dlq:menu:{id}", $"dlqx:meta:menu:{id}"]);
    }

    async Task<IReadOnlyList<Tombstone>> StonesAsync() =>
        (await new RedisTombstones(redis.Connection).PageAsync(new TombstoneFilter(), 1000, null)).Right().Tombstones;
}
