using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Streams;

/// <param name="Owner">The process that works on it; null where none does.</param>
/// <param name="Lost">Entries that others removed unread, as counted beside the stream.</param>
public sealed record StreamInfoView(
    string Stream, string Domain, long Length, string? FirstId, string? LastId, string? Owner, long? Pending, long? Lag, long Lost,
        long Waiting);

/// <param name="Lag">Entries not yet delivered; null where Redis does not know.</param>
public sealed record GroupView(string Name, long Consumers, long Pending, string LastDelivered, long? Lag);

/// <param name="IdleSeconds">Since its last word to Redis.</param>
public sealed record ConsumerView(string Name, long Pending, double IdleSeconds);

public sealed record EntryView(string Id, DateTimeOffset Time, IReadOnlyDictionary<string, string> Fields);

/// <summary>What people look at; asks Redis and changes nothing.</summary>
public sealed class StreamLook(RedisConnection redis, string group)
{
    /// <summary>A stream that nobody has written to is there with nothing in it.</summary>
    public Task<Either<StoreFailure, StreamInfoView>> InfoAsync(ShardStream shard) => redis.RunAsync(async db =>
    {
        var exists = await db.KeyExistsAsync(shard.Key);
        var info = exists ? await db.StreamInfoAsync(shard.Key) : (StreamInfo?)null;
        var mine = exists ? (await GroupsAsync(db, shard.Key)).FirstOrDefault(g => g.Name == group) : null;
        var owner = (string?)await db.StringGetAsync(RouterKeys.Lease(shard.Key));
        return new StreamInfoView(
            shard.Key, shard.Domain, info?.Length ?? 0, (string?)info?.FirstEntry.Id, (string?)info?.LastEntry.Id,
            owner is null ? null : OwnershipSeen.ProcessOf(owner), mine?.Pending, mine?.Lag,
            (long?)await db.HashGetAsync(RouterKeys.Facts(shard.Key), "lost") ?? 0,
            await db.HashLengthAsync(RouterKeys.Waiting(shard.Key)));
    });

    /// <summary>The process that owns each part; null where none does.</summary>
    public Task<Either<StoreFailure, IReadOnlyList<string?>>> OwnersAsync(IReadOnlyList<ShardStream> parts) =>
        redis.RunAsync<IReadOnlyList<string?>>(async db => parts.Count == 0
            ? []
            : [.. (await db.StringGetAsync([.. parts.Select(p => (RedisKey)RouterKeys.Lease(p.Name))]))
                .Select(holder => OwnershipSeen.ProcessOf((string?)holder ?? ""))]);

    public Task<Either<StoreFailure, IReadOnlyList<GroupView>>> GroupsAsync(string stream) => redis.RunAsync<IReadOnlyList<GroupView>>(
        async db => await db.KeyExistsAsync(stream) ? await GroupsAsync(db, stream) : []);

    public Task<Either<StoreFailure, IReadOnlyList<ConsumerView>>> ConsumersAsync(string stream) =>
        redis.RunAsync<IReadOnlyList<ConsumerView>>(
        async db => !await db.KeyExistsAsync(stream) || (await GroupsAsync(db, stream)).All(g => g.Name != group)
            ? []
            : [.. (await db.StreamConsumerInfoAsync(stream, group))
                .Select(c => new ConsumerView(c.Name, c.PendingMessageCount, c.IdleTimeInMilliseconds / 1000.0))]);

    /// <summary>The entries before and after an id, the id's own among them.</summary>
    /// <param name="count">On either side.</param>
    public Task<Either<StoreFailure, IReadOnlyList<EntryView>>> AroundAsync(string stream, EntryId id, int count) =>
        redis.RunAsync<IReadOnlyList<EntryView>>(async db =>
        {
            // Redis refuses an end that nothing can come before.
            var before = id == EntryId.Zero ? RedisResult.Create(RedisValue.Null)
                : await db.ExecuteAsync("XREVRANGE", stream, $"({id}", "-", "COUNT", count);
            var after = await db.ExecuteAsync("XRANGE", stream, id.ToString(), "+", "COUNT", count + 1);
            return [.. EntryReading.Entries(stream, before).Reverse().Concat(EntryReading.Entries(stream, after)).Select(View)];
        });

    static async Task<GroupView[]> GroupsAsync(IDatabase db, string stream) =>
        [.. ((RedisResult[])(await db.ExecuteAsync("XINFO", "GROUPS", stream))!).Select(reply => reply.ToDictionary())
            .Select(g => new GroupView(
            (string)g["name"]!, (long)g["consumers"], (long)g["pending"], (string)g["last-delivered-id"]!,
            g.TryGetValue("lag", out var lag) && !lag.IsNull ? (long)lag : null))];

    static EntryView View(StreamEntry entry) => new(
        entry.Id.ToString(), entry.Id.Time,
        entry.Fields.GroupBy(f => f.Name, StringComparer.Ordinal)
            .ToDictionary(
                f => f.Key, f => f.Last().Text ?? $"base64:{Convert.ToBase64String(f.Last().Bytes.Span)}", StringComparer.Ordinal));
}
