using System.Globalization;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>How safe letters are in this Redis. What Redis does not tell is null.</summary>
/// <param name="MaxMemoryBytes">0 for no limit: then nothing is evicted.</param>
/// <param name="ClockOffset">Redis' clock less this process's.</param>
/// <param name="Problems">What endangers letters, a sentence each.</param>
public sealed record StoreHealth(
    string? EvictionPolicy,
    long? MaxMemoryBytes,
    long? UsedMemoryBytes,
    long? EvictedKeys,
    bool? AppendOnlyFile,
    string? LastAppendStatus,
    string? LastSnapshotStatus,
    TimeSpan ClockOffset,
    IReadOnlyList<string> Problems)
{
    public static readonly TimeSpan ClockOffsetLimit = TimeSpan.FromSeconds(5);

    /// <param name="info">Redis' INFO, by field.</param>
    public static StoreHealth Of(IReadOnlyDictionary<string, string> info, TimeSpan clockOffset)
    {
        var health = new StoreHealth(
            info.GetValueOrDefault("maxmemory_policy"), RedisInfo.NumberOf(info, "maxmemory"), RedisInfo.NumberOf(info, "used_memory"),
            RedisInfo.NumberOf(info, "evicted_keys"), RedisInfo.NumberOf(info, "aof_enabled") is { } aof ? aof == 1 : null,
            info.GetValueOrDefault("aof_last_write_status"), info.GetValueOrDefault("rdb_last_bgsave_status"), clockOffset, []);
        return health with { Problems = [.. ProblemsOf(health, info.Count == 0)] };
    }

    static IEnumerable<string> ProblemsOf(StoreHealth seen, bool silent)
    {
        if (silent) yield return "Redis does not let this account ask INFO: eviction and persistence are not known";
        if (seen.EvictionPolicy is { } policy && policy != "noeviction" && seen.MaxMemoryBytes != 0)
            yield return $"the eviction policy is {policy}: letters are deleted when memory runs short; it should be noeviction";
        if (seen.EvictedKeys > 0) yield return $"Redis has evicted {seen.EvictedKeys} keys; letters may be among them";
        if (seen.AppendOnlyFile is false) yield return "the append-only file is off: a crash of Redis loses letters";
        if (seen.LastAppendStatus is not (null or "ok")) yield return $"the last write to the append-only file: {seen.LastAppendStatus}";
        if (seen.LastSnapshotStatus is not (null or "ok")) yield return $"the last snapshot: {seen.LastSnapshotStatus}";
        if (seen.ClockOffset.Duration() > ClockOffsetLimit)
            yield return $"Redis' clock is {seen.ClockOffset.TotalSeconds:+0.0;-0.0} s off ours; letters expire by its clock";
    }
}

/// <summary>Asks Redis how it is.</summary>
public sealed class RedisStoreHealth(RedisConnection redis, TimeProvider clock)
{
    public Task<Either<StoreFailure, StoreHealth>> ReadAsync() =>
        redis.RunAsync(async db =>
        {
            var info = await RedisInfo.ReadAsync(db);
            var before = clock.GetUtcNow();
            var parts = (string[])(await db.ExecuteAsync("TIME"))!;
            var halfway = before + ((clock.GetUtcNow() - before) / 2);
            var seconds = long.Parse(parts[0], CultureInfo.InvariantCulture);
            var micros = long.Parse(parts[1], CultureInfo.InvariantCulture);
            var theirs = DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(micros);
            return StoreHealth.Of(info, theirs - halfway);
        });
}
