using System.Globalization;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
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

    /// <summary>Letters, and the memory of what was published, may be deleted when memory runs short.</summary>
    public bool MayEvict => EvictionPolicy is { } policy && policy != "noeviction" && MaxMemoryBytes != 0;

    /// <summary>Redis' own words where it accepts no writes: then nothing is kept, and nothing published.</summary>
    public string? Refusal { get; init; }

    /// <param name="info">Redis' INFO, by field.</param>
    /// <param name="refusal">Of a write that was tried; null where it was accepted.</param>
    public static StoreHealth Of(IReadOnlyDictionary<string, string> info, TimeSpan clockOffset, string? refusal = null)
    {
        var health = new StoreHealth(
            info.GetValueOrDefault("maxmemory_policy"), RedisInfo.NumberOf(info, "maxmemory"), RedisInfo.NumberOf(info, "used_memory"),
            RedisInfo.NumberOf(info, "evicted_keys"), RedisInfo.NumberOf(info, "aof_enabled") is { } aof ? aof == 1 : null,
            info.GetValueOrDefault("aof_last_write_status"), info.GetValueOrDefault("rdb_last_bgsave_status"), clockOffset,
            []) { Refusal = refusal };
        return health with { Problems = [.. ProblemsOf(health, info.Count == 0)] };
    }

    static IEnumerable<string> ProblemsOf(StoreHealth seen, bool silent)
    {
        if (seen.Refusal is { } refusal) yield return $"Redis refuses writes: {refusal}";
        if (silent) yield return "Redis does not let this account ask INFO: eviction and persistence are not known";
        if (seen.MayEvict)
            yield return
                $"the eviction policy is {seen.EvictionPolicy}: letters are deleted when memory runs short; it should be noeviction";
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
    static readonly TimeSpan ProbeLife = TimeSpan.FromMinutes(1);

    /// <summary>What it says of itself, and whether it accepts a write: INFO and reads go on where it does not.</summary>
    public async Task<Either<StoreFailure, StoreHealth>> ReadAsync()
    {
        var written = await redis.CommitAsync(new GuardedWrite([RedisCommand.Set(LetterKeys.Probe, "1", ProbeLife)]));
        var refusal = written.TryGetRight(out _, out var failure) ? null : failure.Refusal;
        if (failure is not null && refusal is null) return failure;
        return await redis.RunAsync(async db =>
        {
            var info = await RedisInfo.ReadAsync(db);
            var before = clock.GetUtcNow();
            var parts = (string[])(await db.ExecuteAsync("TIME"))!;
            var halfway = before + ((clock.GetUtcNow() - before) / 2);
            var seconds = long.Parse(parts[0], CultureInfo.InvariantCulture);
            var micros = long.Parse(parts[1], CultureInfo.InvariantCulture);
            var theirs = DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(micros);
            return StoreHealth.Of(info, theirs - halfway, refusal);
        });
    }
}
