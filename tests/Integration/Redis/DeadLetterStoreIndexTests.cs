using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using StackExchange.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.Redis;

public sealed class DeadLetterStoreIndexTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    static readonly IReadOnlyList<Tombstone> None = [];

    public Task InitializeAsync() => redis.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Two_thousand_letters_of_two_categories_are_listed_by_failure_time()
    {
        var random = new Random(7);
        var letters = Enumerable.Range(0, 2000)
            .Select(i => (Key: Key($"e{i}", i % 2 == 0 ? "menu" : "log"), At: Noon.AddMilliseconds(i)))
            .OrderBy(_ => random.Next()).ToList();
        foreach (var chunk in letters.Chunk(100))
            foreach (var saved in await Task.WhenAll(chunk.Select(l => redis.Store.SaveAsync(Of(l.Key, l.At)))))
                saved.Right();

        var expected = letters.OrderBy(l => l.At).Select(l => l.Key).ToList();
        Assert.Equal(expected, (await redis.Store.ListAsync("dlq:")).Right());
        Assert.Equal(
            expected.Where(k => k.Category.Name == "log"), (await redis.Store.ListAsync("dlq:log:")).Right());
        var depths = (await redis.Store.DepthAsync()).Right();
        Assert.Equal((1000, 1000), (depths[new Category("menu")], depths[new Category("log")]));
    }

    [Fact]
    public async Task More_letters_of_one_millisecond_than_fit_a_page_are_each_listed_once()
    {
        await FillPlainAsync(3500);
        (await redis.Upkeep.ReconcileAsync()).Right();
        await redis.Plain.SortedSetAddAsync(
            "dlqx:idx:menu", [.. Enumerable.Range(0, 3500).Select(i => new SortedSetEntry($"e{i}", 5))]);

        var listed = (await redis.Store.ListAsync("dlq:")).Right();
        Assert.Equal((3500, 3500), (listed.Count, listed.Distinct().Count()));
    }

    [Theory]
    [InlineData("dlq:", "dlq:log:b1,dlq:menu:a1,dlq:menu:a2,dlq:menu-x:a1")]
    [InlineData("dlq:menu", "dlq:menu:a1,dlq:menu:a2,dlq:menu-x:a1")]
    [InlineData("dlq:menu:", "dlq:menu:a1,dlq:menu:a2")]
    [InlineData("dlq:menu:a2", "dlq:menu:a2")]
    [InlineData("dlq:none:", "")]
    public async Task A_prefix_may_end_anywhere_in_a_key(string prefix, string expected)
    {
        foreach (var key in (DeadLetterKey[])[Key("a1"), Key("a2"), Key("b1", "log"), Key("a1", "menu-x")])
            (await redis.Store.SaveAsync(Of(key))).Right();

        var listed = (await redis.Store.ListAsync(prefix)).Right().Select(k => k.Format());
        Assert.Equal(expected, string.Join(',', listed));
    }

    [Fact]
    public async Task Of_a_thousand_keys_just_those_with_a_letter_are_found()
    {
        var keys = Enumerable.Range(0, 1000).Select(i => Key($"e{i}")).ToList();
        await FillPlainAsync(500);

        Assert.Equal(keys.Take(500).ToHashSet(), (await redis.Store.FindExistingAsync(keys)).Right());
        Assert.Equal(500, (await redis.Store.FindExistingAsync([.. keys.Take(500), .. keys.Take(500)])).Right().Count);
        Assert.Empty((await redis.Store.FindExistingAsync([.. keys.Skip(500)])).Right());
        Assert.Empty((await redis.Store.FindExistingAsync([])).Right());
    }

    [Fact]
    public async Task A_letter_that_expired_is_neither_listed_nor_found_though_the_index_still_has_it()
    {
        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();
        await redis.Plain.KeyDeleteAsync("dlq:menu:e1");

        Assert.Empty((await redis.Store.ListAsync("dlq:")).Right());
        Assert.Empty((await redis.Store.FindExistingAsync([Key("e1")])).Right());
        Assert.Equal(1, await redis.Plain.SortedSetLengthAsync("dlqx:idx:menu"));
    }

    [Fact]
    public async Task Reconciling_takes_in_others_letters_and_throws_out_entries_without_one()
    {
        (await redis.Store.SaveAsync(Of(Key("mine")))).Right();
        (await redis.Store.SaveAsync(Of(Key("unindexed"), Noon.AddMinutes(-1)))).Right();
        await redis.Plain.SortedSetRemoveAsync("dlqx:idx:menu", "unindexed");
        (await redis.Store.SaveAsync(Of(Key("gone")))).Right();
        await redis.Plain.KeyDeleteAsync("dlq:menu:gone");
        await redis.Plain.StringSetAsync("dlq:auth:theirs:1", "{}", TimeSpan.FromHours(71));
        await redis.Plain.StringSetAsync("dlq:no-id", "{}");
        await redis.Plain.StringSetAsync("dlq:Bad Category:x", "{}");
        await redis.Plain.StringSetAsync((byte[])[.. "dlq:menu:"u8, 0xFF], "{}");

        Assert.Equal(new Reconciliation(3, 2, 1, 3) { Ended = None }, (await redis.Upkeep.ReconcileAsync()).Right() with { Ended = None });
        Assert.Equal(new Reconciliation(3, 0, 0, 3) { Ended = None }, (await redis.Upkeep.ReconcileAsync()).Right() with { Ended = None });
        Assert.Equal(
            [Key("unindexed"), Key("mine"), Key("theirs:1", "auth")], (await redis.Store.ListAsync("dlq:")).Right());
        Assert.False(await redis.Plain.KeyExistsAsync("dlqx:meta:menu:gone"));
        var failedAt = await redis.Plain.SortedSetScoreAsync("dlqx:idx:auth", "theirs:1");
        var anHourAgo = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds();
        Assert.InRange(failedAt!.Value, anHourAgo - 60_000, anHourAgo + 60_000);
    }

    [Fact]
    public async Task Ten_thousand_letters_of_another_writer_are_taken_in()
    {
        await FillPlainAsync(10_000);

        Assert.Equal(10_000, (await redis.Upkeep.ReconcileAsync()).Right().Added);
        Assert.Equal(10_000, (await redis.Store.ListAsync("dlq:")).Right().Count);
        Assert.Equal(10_000, await redis.Plain.SortedSetLengthAsync("dlqx:idx:menu"));
    }

    async Task FillPlainAsync(int count) => await Task.WhenAll(
        Enumerable.Range(0, count).Select(i => redis.Plain.StringSetAsync($"dlq:menu:e{i}", "{}")));
}
