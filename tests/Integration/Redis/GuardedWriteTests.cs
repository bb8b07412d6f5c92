using Hobom.Slices.Runtime.Redis;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Integration.Redis;

public sealed class GuardedWriteTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => redis.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Each_guard_holds_where_it_is_so_and_prevents_all_where_it_is_not()
    {
        await redis.Plain.StringSetAsync("text", "a\0ÿ");
        await redis.Plain.HashSetAsync("hash", "field", "v");
        await redis.Plain.ListLeftPushAsync("list", "x");
        (Guard Guard, bool Holds)[] cases =
        [
            (Guard.Exists("text"), true), (Guard.Exists("none"), false), (Guard.Missing("none"), true), (Guard.Missing("list"), false),
            (Guard.Equal("text", "a\0ÿ"), true), (Guard.Equal("text", "a"), false), (Guard.Equal("none", ""), false), (Guard.Equal("list", "x"), false),
            (Guard.Unchanged("none", RedisValue.Null), true), (Guard.Unchanged("text", RedisValue.Null), false), (Guard.Unchanged("text", "a\0ÿ"), true),
            (Guard.FieldEqual("hash", "field", "v"), true), (Guard.FieldEqual("hash", "field", "w"), false), (Guard.FieldEqual("hash", "f", ""), false),
            (Guard.FieldEqual("text", "field", "v"), false), (Guard.NoField("hash", "f"), true), (Guard.NoField("hash", "field"), false),
            (Guard.NoField("none", "f"), true), (Guard.NoField("text", "f"), false),
        ];
        for (var i = 0; i < cases.Length; i++)
        {
            var outcome = await CommitAsync([RedisCommand.Set($"written:{i}", "1", null)], Guard.Missing("never"), cases[i].Guard);
            Assert.True(cases[i].Holds == outcome is WriteOutcome.Written, $"case {i}: {outcome}");
            Assert.Equal(cases[i].Holds, await redis.Plain.KeyExistsAsync($"written:{i}"));
            if (outcome is WriteOutcome.Prevented by) Assert.Equal(1, by.Guard);
        }
    }

    [Fact]
    public async Task What_stands_in_place_of_the_expected_text_comes_with_the_answer()
    {
        await redis.Plain.StringSetAsync("text", "another's");
        Assert.Equal(new WriteOutcome.Prevented(0, "another's"), await CommitAsync([RedisCommand.Delete("text")], Guard.Equal("text", "mine")));
        Assert.Equal(new WriteOutcome.Prevented(0, null), await CommitAsync([RedisCommand.Delete("text")], Guard.Equal("none", "mine")));
    }

    [Fact]
    public async Task A_key_of_another_type_in_the_last_command_keeps_the_first_from_being_written()
    {
        await redis.Plain.StringSetAsync("index", "text");
        var refused = (await redis.Connection.CommitAsync(
            new GuardedWrite([RedisCommand.Set("payload", "1", null), RedisCommand.Rank("index", "a", 1)]))).Left();
        Assert.Equal("Redis refused: WRONGTYPE index holds a string and not a zset", refused.Message);
        Assert.False(await redis.Plain.KeyExistsAsync("payload"));
    }

    [Fact]
    public async Task Many_fields_go_in_one_write()
    {
        var fields = Enumerable.Range(0, 20_000).Select(i => new HashEntry($"f{i}", i)).ToArray();
        Assert.IsType<WriteOutcome.Written>(await CommitAsync([RedisCommand.SetFields("hash", fields)]));
        Assert.Equal(20_000, await redis.Plain.HashLengthAsync("hash"));
        Assert.Equal(19_999, await redis.Plain.HashGetAsync("hash", "f19999"));
        Assert.IsType<WriteOutcome.Written>(await CommitAsync([RedisCommand.RemoveFields("hash", [.. fields.Select(f => f.Name)])]));
        Assert.False(await redis.Plain.KeyExistsAsync("hash"));
    }

    [Fact]
    public async Task A_script_that_Redis_has_forgotten_is_sent_again_and_written_once()
    {
        await CommitAsync([RedisCommand.Append("stream", "e", "1")]);
        await redis.Plain.ExecuteAsync("SCRIPT", "FLUSH");
        await CommitAsync([RedisCommand.Append("stream", "e", "2")]);
        await CommitAsync([RedisCommand.Append("stream", "e", "3")]);
        Assert.Equal(["1", "2", "3"], (await redis.Plain.StreamRangeAsync("stream")).Select(e => (string?)e.Values[0].Value));
    }

    [Fact]
    public async Task Of_many_that_count_up_at_once_none_is_lost()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await redis.Connection.CompareAndWriteAsync(
            "the count", db => db.StringGetAsync("count"),
            seen => (0, (GuardedWrite?)new GuardedWrite([RedisCommand.Set("count", (int)seen + 1, null)], Guard.Unchanged("count", seen))))).Right()));
        Assert.Equal(8, (int)await redis.Plain.StringGetAsync("count"));
    }

    [Fact]
    public async Task Where_others_always_come_first_it_ends_and_says_so()
    {
        var failure = (await redis.Connection.CompareAndWriteAsync(
            "the count", db => db.StringIncrementAsync("count"),
            seen => (0, (GuardedWrite?)new GuardedWrite([RedisCommand.Set("written", 1, null)], Guard.Equal("count", seen - 1))))).Left();
        Assert.Equal("the count was changed by others 10 times in a row", failure.Message);
        Assert.False(await redis.Plain.KeyExistsAsync("written"));
    }

    async Task<WriteOutcome> CommitAsync(IReadOnlyList<RedisCommand> commands, params IReadOnlyList<Guard> guards) =>
        (await redis.Connection.CommitAsync(new GuardedWrite(commands, guards))).Right();
}
