using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Catalogue;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Tests.Integration.Redis;
using Xunit.Abstractions;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>Two hundred thousand letters. Times are printed; what is asserted is what is told, and how often Redis is asked for it.</summary>
public sealed class ManyLettersTests(RedisFixture redis, ITestOutputHelper output) : IClassFixture<RedisFixture>
{
    const int Count = 200_000;

    [Fact]
    public async Task Two_hundred_thousand_letters_are_read_paged_grouped_and_followed()
    {
        await TimedAsync("fill", FillAsync);
        await using var api = await LettersApi.StartedAsync(redis, TimeProvider.System, redis.Catalogue);

        var before = await CommandsAsync();
        await TimedAsync("load", async () => (await redis.Feed.LoadAsync()).Right());
        // Six commands for a thousand letters; before most of them the client selects the database again.
        Assert.InRange(await CommandsAsync() - before, 1, 12 * Count / 1000);
        Assert.Equal(Count, redis.Catalogue.Count);
        var groups = Timed("groups", () => redis.Catalogue.Groups(LetterFilter.All));
        Assert.Equal(Count, groups.Sum(g => g.Count));
        Assert.Equal(20, groups.Count);

        var page = Timed("first page", () => redis.Catalogue.Page(LetterFilter.All, 50, null));
        Assert.Equal((Count, 50), (page.Total, page.Letters.Count));
        var middle = redis.Catalogue.Letters[Count / 2].Place;
        Assert.Equal(redis.Catalogue.Letters[(Count / 2) + 1].Key, Timed("page in the middle", () => redis.Catalogue.Page(LetterFilter.All, 50, middle)).Letters[0].Key);
        var search = Timed("page of a text search", () => redis.Catalogue.Page(new LetterFilter(Text: "e19999"), 50, null));
        Assert.Equal(11, search.Total);

        before = await CommandsAsync();
        await TimedAsync("page over HTTP, first", () => PageAsync(api));
        await TimedAsync("page over HTTP", () => PageAsync(api));
        await TimedAsync("groups over HTTP", async () => Assert.Equal(20, (await api.GetAsync("/dlq/groups")).Body.GetProperty("groups").GetArrayLength()));
        Assert.InRange(await CommandsAsync() - before, 1, 2);

        (await redis.Store.DropAsync(redis.Catalogue.Letters[7].Key)).Right();
        before = await CommandsAsync();
        await TimedAsync("follow one change", async () => (await redis.Feed.FollowAsync()).Right());
        Assert.InRange(await CommandsAsync() - before, 1, 20);
        Assert.Equal(Count - 1, redis.Catalogue.Count);
        await TimedAsync("reconcile", async () => Assert.Empty((await redis.Upkeep.ReconcileAsync()).Right().Ended));
    }

    static async Task PageAsync(LettersApi api) =>
        Assert.Equal(Count, (await api.GetAsync("/dlq?limit=50&class=transient")).Body.GetProperty("total").GetInt32());

    /// <summary>As the store writes them, but many at once.</summary>
    async Task FillAsync()
    {
        var now = DateTimeOffset.UtcNow;
        foreach (var chunk in Enumerable.Range(0, Count).Chunk(5000))
        {
            var writes = new List<Task>();
            foreach (var i in chunk)
            {
                var letter = Of(Key($"e{i}", i % 2 == 0 ? "menu" : "log"), now.AddMilliseconds(-i)) with { Reason = $"cause {(char)('a' + (i % 20))} at 10.0.0.{i % 250}:{i % 60_000}" };
                var record = DeadLetterDecisions.Merge(null, letter);
                var (id, category) = (letter.Key.Id, letter.Key.Category.Name);
                writes.Add(redis.Plain.StringSetAsync(letter.Key.Format(), letter.Payload.ToArray(), DeadLetter.TimeToLive));
                writes.Add(redis.Plain.StringSetAsync($"dlqx:meta:{category}:{id}", LetterRecordText.Format(record), DeadLetter.TimeToLive));
                writes.Add(redis.Plain.HashSetAsync($"dlqx:sum:{category}", id, LetterSummary.Of(record).Format()));
                writes.Add(redis.Plain.SortedSetAddAsync($"dlqx:idx:{category}", id, record.LastFailedAt.ToUnixTimeMilliseconds()));
                writes.Add(redis.Plain.SortedSetAddAsync($"dlqx:exp:{category}", id, now.Add(DeadLetter.TimeToLive).ToUnixTimeMilliseconds()));
            }

            await Task.WhenAll(writes);
        }

        await redis.Plain.SetAddAsync("dlqx:categories", ["menu", "log"]);
    }

    /// <summary>That Redis has carried out; SCAN and the asking itself are among them.</summary>
    async Task<long> CommandsAsync()
    {
        var info = (string)(await redis.Plain.ExecuteAsync("INFO", "stats"))!;
        var line = info.Split('\n').Single(l => l.StartsWith("total_commands_processed:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Trim(), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The first time, and the best of ten: a machine that does other things too says little by one.</summary>
    T Timed<T>(string what, Func<T> work)
    {
        var times = new List<double>();
        while (true)
        {
            var watch = Stopwatch.StartNew();
            var result = work();
            times.Add(watch.Elapsed.TotalMilliseconds);
            if (times.Count < 10) continue;
            output.WriteLine($"{what}: first {times[0]:F1} ms, best {times.Min():F1} ms");
            return result;
        }
    }

    async Task TimedAsync(string what, Func<Task> work)
    {
        var watch = Stopwatch.StartNew();
        await work();
        output.WriteLine($"{what}: {watch.Elapsed.TotalMilliseconds:F1} ms");
    }
}
