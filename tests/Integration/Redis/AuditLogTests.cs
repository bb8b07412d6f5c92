using Hobom.Slices.Audit;
using StackExchange.Redis;

namespace Hobom.Slices.Tests.Integration.Redis;

public sealed class AuditLogTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    const string Stream = "dlqx:audit";

    public Task InitializeAsync() => redis.Plain.KeyDeleteAsync([Stream, Stream + ":head"]);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Processes_that_append_at_the_same_time_make_one_chain()
    {
        await using var second = RedisFixture.ConnectionTo(redis.Server.Address);
        RedisAuditLog[] logs = [new(redis.Connection), new(second)];
        var kept = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => logs[n % 2].AppendAsync(EntryOf(n))));
        var hashes = kept.Select(k => k.Right()).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(200, hashes.Count);
        var check = (await logs[0].CheckAsync(default)).Right();
        Assert.Equal((200, 0, null, null), (check.Checked, check.Unchained, check.Before, check.Fault));
        Assert.Contains(check.Head!, hashes);
        Assert.Equal(200, (await logs[1].PageAsync(new AuditFilter(Actor: "anna"), 500, null)).Right().Entries.Count);
    }

    [Fact]
    public async Task What_somebody_does_to_the_entries_in_Redis_is_found()
    {
        // Of an earlier build.
        await redis.Plain.ExecuteAsync("XADD", Stream, "*", "e", "{}");
        var log = new RedisAuditLog(redis.Connection);
        for (var n = 0; n < 1200; n++) (await log.AppendAsync(EntryOf(n))).Right();
        var check = (await log.CheckAsync(default)).Right();
        Assert.Equal((1200, 1, null), (check.Checked, check.Unchained, check.Fault));

        await redis.Plain.ExecuteAsync("XTRIM", Stream, "MAXLEN", 1100);
        check = (await log.CheckAsync(default)).Right();
        Assert.Equal((1100, null), (check.Checked, check.Fault));
        Assert.NotNull(check.Before);

        var ids = await IdsAsync();
        await redis.Plain.ExecuteAsync("XDEL", Stream, ids[300]);
        check = (await log.CheckAsync(default)).Right();
        Assert.Equal(ids[299], check.Fault?.At.Format());
        Assert.Equal(799, check.Checked);
    }

    [Fact]
    public async Task The_newest_entry_taken_out_or_forged_is_found()
    {
        var log = new RedisAuditLog(redis.Connection);
        for (var n = 0; n < 3; n++) (await log.AppendAsync(EntryOf(n))).Right();
        await redis.Plain.ExecuteAsync("XDEL", Stream, (await IdsAsync())[^1]);
        Assert.Equal("the newest entries were taken out", (await log.CheckAsync(default)).Right().Fault?.Reason);

        await redis.Plain.ExecuteAsync("XADD", Stream, "*", "e", "{}");
        Assert.Equal("it has no hash, and is not from before the chain", (await log.CheckAsync(default)).Right().Fault?.Reason);
    }

    /// <summary>The oldest first.</summary>
    async Task<string[]> IdsAsync()
    {
        var entries = (RedisResult[])(await redis.Plain.ExecuteAsync("XRANGE", Stream, "-", "+"))!;
        return [.. entries.Select(e => (string)((RedisResult[])e!)[0]!)];
    }

    static AuditEntry EntryOf(int n) => new(
        $"{n}", DateTimeOffset.UnixEpoch, AuditEntry.Intent, "anna", "127.0.0.1", null, "hold", null, [$"dlq:menu:{n}"], null, null);
}
