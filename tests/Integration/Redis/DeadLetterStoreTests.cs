using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using StackExchange.Redis;
using static Hobom.Slices.Tests.Integration.Redis.Letters;

namespace Hobom.Slices.Tests.Integration.Redis;

public sealed class DeadLetterStoreTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => redis.ClearAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData("")]
    [InlineData("7B2261223A317D")]
    [InlineData("FF00FEC328EDA0800D0A")]
    public async Task The_payload_is_stored_byte_for_byte_under_the_contracts_key(string hex)
    {
        var payload = Convert.FromHexString(hex);
        (await redis.Store.SaveAsync(Of(Key("e1"), payload: payload))).Right();

        Assert.Equal(payload, (byte[]?)await redis.Plain.StringGetAsync("dlq:menu:e1"));
        Assert.Equal(payload, (await Found(Key("e1"))).Payload.ToArray());
    }

    [Fact]
    public async Task Payload_and_record_live_72_hours()
    {
        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();

        foreach (var name in (RedisKey[])["dlq:menu:e1", "dlqx:meta:menu:e1"])
        {
            var left = await redis.Plain.KeyTimeToLiveAsync(name);
            Assert.InRange(left!.Value, TimeSpan.FromHours(72) - TimeSpan.FromSeconds(20), TimeSpan.FromHours(72));
        }
    }

    [Fact]
    public async Task A_second_failure_appends_its_attempts_and_moves_the_letter_in_the_index()
    {
        (await redis.Store.SaveAsync(Of(Key("e1"), Noon))).Right();
        (await redis.Store.SaveAsync(Of(Key("e1"), Noon.AddMinutes(5)))).Right();

        var record = await RecordOf(Key("e1"));
        Assert.Equal([1, 2], record.Attempts.Select(a => a.Number));
        Assert.Equal((Noon, Noon.AddMinutes(5)), (record.FirstFailedAt, record.LastFailedAt));
        var score = await redis.Plain.SortedSetScoreAsync("dlqx:idx:menu", "e1");
        Assert.Equal(Noon.AddMinutes(5).ToUnixTimeMilliseconds(), score);
    }

    [Fact]
    public async Task A_second_failure_restarts_a_life_that_ran_down()
    {
        (await redis.Store.SaveAsync(Of(Key("e1"), Noon))).Right();
        await redis.Plain.KeyExpireAsync("dlq:menu:e1", TimeSpan.FromHours(1));
        (await redis.Store.SaveAsync(Of(Key("e1"), Noon.AddMinutes(1)))).Right();

        Assert.InRange((await Found(Key("e1"))).TimeLeft!.Value, TimeSpan.FromHours(71), TimeSpan.FromHours(72));
    }

    [Fact]
    public async Task A_second_failure_never_shortens_a_life()
    {
        (await redis.Store.SaveAsync(Of(Key("e1"), Noon))).Right();
        await redis.Plain.KeyExpireAsync("dlq:menu:e1", TimeSpan.FromHours(200));
        (await redis.Store.SaveAsync(Of(Key("e2"), Noon))).Right();
        await redis.Plain.KeyPersistAsync("dlq:menu:e2");
        (await redis.Store.SaveAsync(Of(Key("e1"), Noon.AddMinutes(1)))).Right();
        (await redis.Store.SaveAsync(Of(Key("e2"), Noon.AddMinutes(1)))).Right();

        Assert.InRange((await Found(Key("e1"))).TimeLeft!.Value, TimeSpan.FromHours(199), TimeSpan.FromHours(200));
        Assert.Null((await Found(Key("e2"))).TimeLeft);
        Assert.Null(await redis.Plain.KeyTimeToLiveAsync("dlqx:meta:menu:e2"));
    }

    [Fact]
    public async Task Saves_of_one_letter_at_the_same_time_lose_no_attempt()
    {
        await using var other = RedisFixture.ConnectionTo(redis.Server.Address);
        var stores = new[] { redis.Store, new RedisDeadLetterStore(other, TimeProvider.System) };
        var saves = Enumerable.Range(0, 6)
            .Select(i => stores[i % 2].SaveAsync(Of(Key("e1"), Noon.AddSeconds(i))));
        foreach (var saved in await Task.WhenAll(saves)) saved.Right();

        var record = await RecordOf(Key("e1"));
        Assert.Equal(6, record.AttemptCount);
        Assert.Equal(6, record.Attempts.Select(a => a.StartedAt).Distinct().Count());
    }

    [Fact]
    public async Task A_dropped_letter_leaves_nothing_behind()
    {
        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();
        (await redis.Store.DropAsync(Key("e1"))).Right();
        (await redis.Store.DropAsync(Key("e1"))).Right();

        Assert.IsType<LetterLookup.Missing>((await redis.Store.GetAsync(Key("e1"))).Right());
        foreach (var name in (RedisKey[])["dlq:menu:e1", "dlqx:meta:menu:e1", "dlqx:idx:menu"])
            Assert.False(await redis.Plain.KeyExistsAsync(name));
    }

    [Fact]
    public async Task The_rows_end_is_noted_without_touching_the_time_left()
    {
        (await redis.Store.SaveAsync(Of(Key("e1")))).Right();
        Assert.Equal(RowState.Pending, (await RecordOf(Key("e1"))).Row);
        await redis.Plain.KeyExpireAsync("dlqx:meta:menu:e1", TimeSpan.FromHours(3));
        (await redis.Store.NoteRowFailedAsync(Key("e1"))).Right();
        (await redis.Store.NoteRowFailedAsync(Key("none"))).Right();

        Assert.Equal(RowState.Failed, (await RecordOf(Key("e1"))).Row);
        var left = await redis.Plain.KeyTimeToLiveAsync("dlqx:meta:menu:e1");
        Assert.InRange(left!.Value, TimeSpan.FromHours(2.9), TimeSpan.FromHours(3));
        Assert.False(await redis.Plain.KeyExistsAsync("dlqx:meta:menu:none"));
    }

    [Fact]
    public async Task A_row_refused_again_for_the_same_reason_writes_nothing()
    {
        var refusal = new Refusal(new EventId("e1"), Key("e1"), Encoding.UTF8.GetBytes("{}"), "the row has no payload");
        (await redis.Store.SaveAsync(DeadLetter.Of(refusal, "MESSAGE", "hobom.messages", Noon))).Right();
        var before = await redis.Plain.StringGetAsync("dlqx:meta:menu:e1");
        (await redis.Store.SaveAsync(DeadLetter.Of(refusal, "MESSAGE", "hobom.messages", Noon.AddMinutes(1)))).Right();

        Assert.Equal((string?)before, (string?)await redis.Plain.StringGetAsync("dlqx:meta:menu:e1"));
    }

    async Task<StoredLetter> Found(DeadLetterKey key) =>
        Assert.IsType<LetterLookup.Found>((await redis.Store.GetAsync(key)).Right()).Letter;

    async Task<LetterRecord> RecordOf(DeadLetterKey key) =>
        Assert.IsType<RecordReading.Readable>((await Found(key)).Record).Record;
}
