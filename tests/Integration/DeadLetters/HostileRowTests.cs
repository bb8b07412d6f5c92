using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.Http;
using Hobom.Slices.Tests.Integration.Redis;
using Hobom.Slices.Tests.Integration.Replays;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.DeadLetters;

/// <summary>Rows that nobody would send, and keys that other programs filled, through the store and every route that reads.</summary>
public sealed class HostileRowTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    static readonly string[] Texts =
    [
        "", "\0", "*", "?", "[a-z]", "\\", ":", "a:b", "line\r\nbreak", "📮", "é", "e\u0301", "\u202Ertl", "</script>", "=HYPERLINK(1)",
        "\u001b[31m", "{\"level\":\"error\"}", "0192F0C1-7a3b-4c4d-8e5f-001122334455", "0192f0c1-7A3B-4c4d-8e5f-001122334455", "%2F%2e", new string('x', 1000),
    ];

    static readonly byte[][] Payloads =
    [
        [], "null"u8.ToArray(), "\"\""u8.ToArray(), "1e999"u8.ToArray(), "{\"a\":1,\"a\":2}"u8.ToArray(), [0xFF, 0xFE, 0x00], [.. "\""u8, 0xC3, .. "\""u8],
        "\"\\ud800\""u8.ToArray(), "{\"\\ud83d\":1}"u8.ToArray(), Encoding.UTF8.GetBytes(new string('[', 10_000) + new string(']', 10_000)),
        Encoding.UTF8.GetBytes($"\"{new string('x', 6 << 20)}\""), "</script><b>"u8.ToArray(), "{\"a\":\"\\u0000\u202E\"}"u8.ToArray(),
    ];

    static readonly DateTimeOffset[] Times =
        [DateTimeOffset.MinValue, DateTimeOffset.UnixEpoch, Noon, Noon, new(2999, 1, 1, 0, 0, 0, TimeSpan.Zero), DateTimeOffset.MaxValue];

    public Task InitializeAsync() => redis.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_row_is_kept_as_it_is_listed_once_and_shown_without_an_error(int seed)
    {
        var letters = await SaveSomeAsync(new Random(seed));
        await using var api = await LettersApi.StartedAsync(redis, TimeProvider.System);
        Assert.Equal(letters.Keys.ToHashSet(), redis.Catalogue.Letters.Select(l => l.Key).ToHashSet());
        Assert.Equal(letters.Count, redis.Catalogue.Count);
        Assert.Equal(letters.Keys.Select(k => k.Format()).ToHashSet(), await AllPagesAsync(api));
        foreach (var (key, payload) in letters)
        {
            Assert.Equal(payload, Assert.IsType<LetterLookup.Found>((await redis.Store.GetAsync(key)).Right()).Letter.Payload.ToArray());
            foreach (var role in (string[])[Role.Reader, Role.Operator])
            {
                foreach (var path in PathsOf(key))
                {
                    var (status, body) = await api.GetAsync($"/dlq/{path}", role);
                    Assert.Equal((200, key.Format()), (status, body.GetProperty("letter").GetProperty("key").GetString()));
                }
            }
        }

        Assert.Equal(200, (await api.GetAsync("/dlq/groups")).Status);
        await redis.Plain.KeyDeleteAsync([.. letters.Keys.Select(k => (StackExchange.Redis.RedisKey)k.Format())]);
        Assert.Equal(letters.Count, (await redis.Upkeep.ReconcileAsync()).Right().Removed);
        Assert.Equal(200, (await api.GetAsync("/dlq/tombstones?limit=1000")).Status);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Every_row_goes_through_every_route_that_changes_it_and_is_sent_as_it_was(int seed)
    {
        var letters = await SaveSomeAsync(new Random(seed));
        foreach (var key in letters.Keys) (await redis.Store.NoteRowFailedAsync(key)).Right();
        var topic = new RecordedTopic();
        await using var process = new ReplayProcess(redis, topic);
        await using var api = await LettersApi.StartedAsync(redis, TimeProvider.System, slices: process.Slice);
        var keys = letters.Keys.Select(k => k.Format()).ToArray();
        foreach (var action in (string[])["hold", "release", "extend", "discard", "restore"])
            Assert.Equal(
                (action, keys.Length),
                (action, (await api.PostAsync($"/dlq/{action}", new { keys, reason = "\0</script>\r\n\u202E" })).Body.GetProperty("done").GetInt32()));
        (await redis.Feed.FollowAsync()).Right();
        Assert.Equal(keys.Length, (await api.PostAsync("/dlq/replays", new { keys })).Body.GetProperty("plan").GetProperty("count").GetInt32());

        var patched = await api.PostAsync("/dlq/replays", new { keys, patch = (object[])[new { op = "add", path = "/a", value = 1 }] });
        Assert.Equal((201, keys.Length), (patched.Status, patched.Body.GetProperty("plan").GetProperty("count").GetInt32()));

        foreach (var (key, payload) in letters)
        {
            var path = PathsOf(key)[^1];
            var edited = await api.PutAsync($"/dlq/{path}", new { payload = "no message and no log", reason = "x" });
            Assert.Equal((key, key.Category.Name == "menu" ? 422 : 409), (key, edited.Status));
            var sent = await api.PostAsync($"/dlq/retry/{path}", null);
            Assert.Equal((key, key.Category.Name == "menu" ? 200 : 422), (key, sent.Status));
            if (sent.Status == 200) Assert.Equal(payload, topic.Records[^1].Value.ToArray());
        }
    }

    [Fact]
    public async Task What_other_programs_put_there_is_listed_as_unreadable_and_never_an_error()
    {
        await redis.Plain.HashSetAsync("dlq:menu:hash", "f", "v");
        await redis.Plain.ListLeftPushAsync("dlq:menu:list", "v");
        await redis.Plain.StringSetAsync("dlq:auth:garbage", new byte[] { 0xFF, 0x00 });
        await redis.Plain.StringSetAsync("dlq:menu:v99", "{}");
        await redis.Plain.StringSetAsync("dlqx:meta:menu:v99", "{\"v\":99}");
        await redis.Plain.StringSetAsync("dlq:menu:damaged", "{}");
        await redis.Plain.HashSetAsync("dlqx:meta:menu:damaged", "f", "v");
        await redis.Plain.StringSetAsync("dlq:menu:no-record", "{}", TimeSpan.FromHours(1));
        await redis.Plain.StringSetAsync((byte[])[.. "dlq:menu:"u8, 0xFF], "{}");
        (await redis.Upkeep.ReconcileAsync()).Right();
        await redis.Plain.HashSetAsync("dlqx:sum:menu", "v99", "not a summary");
        await using var api = await LettersApi.StartedAsync(redis, TimeProvider.System);

        var (_, page) = await api.GetAsync("/dlq?limit=100");
        var letters = page.GetProperty("letters").EnumerateArray().ToList();
        Assert.Equal(
            ["damaged", "garbage", "hash", "list", "no-record", "v99"],
            letters.Select(l => l.GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(letters, l => Assert.NotEmpty(l.GetProperty("unreadable").GetString()!));
        foreach (var key in letters.Select(l => l.GetProperty("key").GetString()!))
        {
            var (status, _) = await api.GetAsync($"/dlq/{Uri.EscapeDataString(key)}");
            Assert.Contains(status, (int[])[200, 409]);
        }

        foreach (var action in (string[])["hold", "extend", "release", "discard", "restore"])
        {
            var (status, body) = await api.PostAsync($"/dlq/{action}", new { keys = letters.Select(l => l.GetProperty("key").GetString()), reason = "not ours" });
            Assert.Equal((200, letters.Count), (status, body.GetProperty("done").GetInt32()));
        }

        Assert.Equal(letters.Count, (await api.GetAsync("/dlq?limit=100")).Body.GetProperty("total").GetInt32());
    }

    /// <summary>The server refuses a path with a NUL in it; in the query all keys can be given.</summary>
    static string[] PathsOf(DeadLetterKey key)
    {
        var encoded = Uri.EscapeDataString(key.Format());
        return key.Id.Contains('\0', StringComparison.Ordinal) ? [$"-?key={encoded}"] : [$"-?key={encoded}", $"{encoded}/", encoded];
    }

    async Task<Dictionary<DeadLetterKey, byte[]>> SaveSomeAsync(Random random)
    {
        T Any<T>(T[] of) => of[random.Next(of.Length)];
        var letters = new Dictionary<DeadLetterKey, byte[]>();
        for (var i = 0; i < 60; i++)
        {
            var key = Key($"{Any(Texts)}{(random.Next(2) == 0 ? i : "")}{Any(Texts)}" is { Length: > 0 } id ? Cut(id) : "x", Any((string[])["menu", "log"]));
            var letter = Of(key, Any(Times), Any(Payloads)) with
            {
                Reason = Any(Texts),
                RecordKey = Any(Texts),
                EventType = Any(Texts),
                Headers = [.. Enumerable.Range(0, random.Next(3) == 0 ? 1000 : 2).Select(_ => new RecordHeader("Authorization", Any(Texts)))],
                Class = Any(Enum.GetValues<FailureClass>()),
            };
            (await redis.Store.SaveAsync(letter)).Right();
            letters[key] = letter.Payload.ToArray();
        }

        return letters;
    }

    static async Task<HashSet<string>> AllPagesAsync(LettersApi api)
    {
        var (all, cursor) = (new List<string>(), "");
        while (true)
        {
            var (status, page) = await api.GetAsync($"/dlq?limit=7{cursor}");
            Assert.Equal(200, status);
            all.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetString()!));
            if (!page.TryGetProperty("next", out var next)) break;
            cursor = $"&cursor={next.GetString()}";
        }

        Assert.Equal(all.Count, all.Distinct(StringComparer.Ordinal).Count());
        return [.. all];
    }

    /// <summary>As long as an id may be.</summary>
    static string Cut(string id) => id.Length <= 300 ? id : id[..300];
}
