using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime.Redis;
using Hobom.Slices.Tests.Support;
using StackExchange.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.Redis;

/// <summary>Ids that look like syntax, and keys that another program filled.</summary>
public sealed class DeadLetterStoreHostileTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => redis.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Any_id_is_a_letter_of_its_own()
    {
        string[] ids =
        [
            "a:b:c", ":", "*", "?", "[a-z]", "\\", "line\nbreak\r\n", "nul\0nul", "\0", "📮", "é", "e\u0301", " ",
            "{tag}", "0", "00", "1e3", new string('x', 1024), "\u202Ertl", "</script>",
        ];
        foreach (var id in ids)
            (await redis.Store.SaveAsync(Of(Key(id), payload: Encoding.UTF8.GetBytes($"payload of {id}")))).Right();

        var found = (await redis.Store.FindExistingAsync([.. ids.Select(id => Key(id)), Key("other")])).Right();
        Assert.Equal(ids.ToHashSet(), found.Select(k => k.Id).ToHashSet());
        var listed = (await redis.Store.ListAsync("dlq:menu:")).Right();
        Assert.Equal(ids.ToHashSet(), listed.Select(k => k.Id).ToHashSet());
        foreach (var id in ids)
        {
            var letter = Assert.IsType<LetterLookup.Found>((await redis.Store.GetAsync(Key(id))).Right()).Letter;
            Assert.Equal($"payload of {id}", Encoding.UTF8.GetString(letter.Payload.Span));
            (await redis.Store.DropAsync(Key(id))).Right();
        }

        Assert.Equal(["dlqx:categories", "dlqx:changed:menu"], redis.Keys().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_same_id_in_two_categories_is_two_letters()
    {
        (await redis.Store.SaveAsync(Of(Key("e1", "log")))).Right();
        (await redis.Store.SaveAsync(Of(Key("e1", "space-log")))).Right();
        (await redis.Store.DropAsync(Key("e1", "log"))).Right();

        Assert.Equal([Key("e1", "space-log")], (await redis.Store.ListAsync("dlq:")).Right());
    }

    [Fact]
    public async Task A_key_of_another_type_is_unreadable_and_listed_and_never_an_error()
    {
        await redis.Plain.HashSetAsync("dlq:menu:hash", "f", "v");
        await redis.Plain.ListLeftPushAsync("dlq:menu:list", "v");
        (await redis.Upkeep.ReconcileAsync()).Right();

        Assert.IsType<LetterLookup.Unreadable>((await redis.Store.GetAsync(Key("hash"))).Right());
        Assert.IsType<LetterLookup.Unreadable>((await redis.Store.GetAsync(Key("list"))).Right());
        Assert.Equal(2, (await redis.Store.ListAsync("dlq:")).Right().Count);
    }

    [Fact]
    public async Task An_event_that_fails_replaces_what_another_program_put_in_its_place()
    {
        await redis.Plain.HashSetAsync("dlq:menu:e1", "f", "v");
        await redis.Plain.HashSetAsync("dlqx:meta:menu:e1", "f", "v");
        (await redis.Store.SaveAsync(Of(Key("e1"), payload: [1, 2, 3]))).Right();

        var letter = Assert.IsType<LetterLookup.Found>((await redis.Store.GetAsync(Key("e1"))).Right()).Letter;
        Assert.Equal([1, 2, 3], letter.Payload.ToArray());
        Assert.IsType<RecordReading.Readable>(letter.Record);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("[]")]
    [InlineData("{\"v\":1}")]
    [InlineData("{\"v\":99,\"eventId\":\"e1\"}")]
    public async Task A_record_that_cannot_be_read_does_not_hide_the_payload_and_is_kept_when_the_event_fails_again(
        string text)
    {
        await redis.Plain.StringSetAsync("dlq:menu:e1", "[7]");
        await redis.Plain.StringSetAsync("dlqx:meta:menu:e1", text);

        var letter = Assert.IsType<LetterLookup.Found>((await redis.Store.GetAsync(Key("e1"))).Right()).Letter;
        Assert.Equal("[7]", Encoding.UTF8.GetString(letter.Payload.Span));
        Assert.IsType<RecordReading.Unreadable>(letter.Record);
        (await redis.Store.NoteRowFailedAsync(Key("e1"))).Right();
        Assert.Equal(text, (string?)await redis.Plain.StringGetAsync("dlqx:meta:menu:e1"));

        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();
        letter = Assert.IsType<LetterLookup.Found>((await redis.Store.GetAsync(Key("e1"))).Right()).Letter;
        Assert.Equal(text, Assert.IsType<RecordReading.Readable>(letter.Record).Record.Earlier);
    }

    [Fact]
    public async Task Letters_of_another_writer_have_a_payload_and_no_record()
    {
        await redis.Plain.StringSetAsync("dlq:menu:e1", "{}", TimeSpan.FromHours(5));

        var letter = Assert.IsType<LetterLookup.Found>((await redis.Store.GetAsync(Key("e1"))).Right()).Letter;
        Assert.IsType<RecordReading.None>(letter.Record);
        Assert.Contains(Key("e1"), (await redis.Store.FindExistingAsync([Key("e1"), Key("e2")])).Right());
    }

    [Fact]
    public async Task A_full_Redis_stores_all_of_a_letter_or_nothing_and_says_so()
    {
        await using var server = await RedisServer.StartedAsync("--maxmemory", "3mb", "--maxmemory-policy", "noeviction");
        await using var connection = RedisFixture.ConnectionTo(server.Address);
        var store = new RedisDeadLetterStore(connection, TimeProvider.System);
        using var plain = await ConnectionMultiplexer.ConnectAsync($"{server.Address},allowAdmin=true");
        var stored = new List<DeadLetterKey>();
        for (var i = 0; i < 200; i++)
        {
            var saved = await store.SaveAsync(Of(Key($"e{i}"), payload: new byte[50_000]));
            if (saved.IsLeft)
            {
                Assert.Contains("Redis refused", saved.Left().Message, StringComparison.Ordinal);
                break;
            }

            stored.Add(Key($"e{i}"));
        }

        Assert.InRange(stored.Count, 1, 199);
        var names = plain.GetServer(server.Address).Keys(pattern: "*").Select(k => (string?)k).ToHashSet();
        Assert.Equal(stored.Count, names.Count(n => n!.StartsWith("dlq:", StringComparison.Ordinal)));
        Assert.Equal(stored.Count, names.Count(n => n!.StartsWith("dlqx:meta:", StringComparison.Ordinal)));
        Assert.Equal(stored.Count, (await store.DepthAsync()).Right()[new Category("menu")]);
        Assert.Equal(RedisReach.Refusing, connection.State.Reach);
        Assert.StartsWith("OOM ", connection.State.Detail, StringComparison.Ordinal);
        (await store.DropAsync(stored[0])).Right();
    }
}
