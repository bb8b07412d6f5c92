using Hobom.Slices.Core;
using LanguageExt;
using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>What an account may not do.</summary>
/// <param name="Denied">Commands, and keys it may not touch, in Redis' words.</param>
/// <param name="Version">Null where Redis does not tell.</param>
public sealed record RedisRightsSeen(IReadOnlyList<string> Denied, Version? Version);

/// <summary>
/// Tries each command that the processor sends, on keys of its own, which are removed again: an account cannot be asked what it
/// may do without a right of its own.
/// </summary>
public sealed class RedisRights(RedisConnection redis)
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <param name="streams">The event router's commands and keys too.</param>
    public Task<Either<StoreFailure, RedisRightsSeen>> TryAsync(bool streams) => redis.RunAsync(
        async db =>
        {
            var denied = new List<string>();
            var key = $"dlqx:doctor:{Guid.NewGuid():N}";
            foreach (var command in Relay(key)) await TryAsync(db, command, denied);
            await TryAsync(db, ["DEL", key, $"{key}:h", $"{key}:z", $"{key}:s", $"{key}:x", $"{key}:r"], denied);
            foreach (var prefix in streams ? ["events:", "router:", "state:", "stats:"] : (string[])[])
            {
                var own = $"{prefix}doctor:{Guid.NewGuid():N}";
                foreach (var command in Router(own)) await TryAsync(db, command, denied);
            }

            return new RedisRightsSeen([.. denied.Distinct(StringComparer.Ordinal)], await VersionAsync(db));
        },
        Limit);

    static IEnumerable<string[]> Relay(string key) =>
    [
        ["PING"], ["ECHO", "x"], ["INFO", "server"], ["TIME"], ["SELECT", "0"],
        ["SET", key, "1", "PX", "5000"], ["GET", key], ["MGET", key], ["SETEX", key, "5", "1"], ["PSETEX", key, "5000", "1"],
        ["GETSET", key, "1"], ["STRLEN", key], ["EXISTS", key], ["TYPE", key], ["EXPIRE", key, "5"], ["PEXPIRE", key, "5000"],
        ["TTL", key], ["PTTL", key], ["PERSIST", key], ["RENAME", key, $"{key}:r"], ["UNLINK", $"{key}:r"], ["SCAN", "0", "COUNT", "1"],
        ["EVAL", "return 1", "0"], ["EVALSHA", new string('0', 40), "0"],
        ["HSET", $"{key}:h", "a", "1"], ["HMSET", $"{key}:h", "a", "1"], ["HGET", $"{key}:h", "a"], ["HMGET", $"{key}:h", "a"],
        ["HGETALL", $"{key}:h"], ["HVALS", $"{key}:h"], ["HEXISTS", $"{key}:h", "a"], ["HSCAN", $"{key}:h", "0"], ["HDEL", $"{key}:h", "a"],
        ["ZADD", $"{key}:z", "1", "a"], ["ZCARD", $"{key}:z"], ["ZSCORE", $"{key}:z", "a"], ["ZMSCORE", $"{key}:z", "a"],
        ["ZRANGE", $"{key}:z", "0", "0"], ["ZREVRANGE", $"{key}:z", "0", "0"], ["ZRANGEBYSCORE", $"{key}:z", "0", "1"],
        ["ZREMRANGEBYSCORE", $"{key}:z", "2", "3"], ["ZREM", $"{key}:z", "a"], ["SADD", $"{key}:s", "a"], ["SMEMBERS", $"{key}:s"],
        ["XADD", $"{key}:x", "*", "a", "1"], ["XREVRANGE", $"{key}:x", "+", "-", "COUNT", "1"], ["XTRIM", $"{key}:x", "MAXLEN", "0"],
        // A letter's key, of a category that no flow has.
        ["GET", "dlq:doctor:none"],
    ];

    static IEnumerable<string[]> Router(string key) =>
    [
        ["EXISTS", key], ["INCR", $"{key}:n"], ["HINCRBY", $"{key}:h", "a", "1"], ["HSETNX", $"{key}:h", "b", "1"], ["HLEN", $"{key}:h"],
        ["XADD", $"{key}:x", "*", "a", "1"], ["XRANGE", $"{key}:x", "-", "+", "COUNT", "1"],
        ["XREAD", "COUNT", "1", "STREAMS", $"{key}:x", "0"],
        ["XGROUP", "CREATE", $"{key}:x", "g", "0"], ["XINFO", "STREAM", $"{key}:x"], ["XPENDING", $"{key}:x", "g"],
        ["XREADGROUP", "GROUP", "g", "c", "COUNT", "1", "STREAMS", $"{key}:x", ">"], ["XACK", $"{key}:x", "g", "0-1"],
        ["XCLAIM", $"{key}:x", "g", "c", "0", "0-1"], ["DEL", $"{key}:n", $"{key}:h", $"{key}:x"],
    ];

    static async Task TryAsync(IDatabase db, string[] command, List<string> denied)
    {
        try
        {
            await db.ExecuteAsync(command[0], [.. command[1..]]);
        }
        catch (RedisServerException refused) when (refused.Message.StartsWith("NOPERM", StringComparison.Ordinal))
        {
            var isOfKey = !refused.Message.Contains("command", StringComparison.Ordinal);
            denied.Add(isOfKey
                ? $"{command[0].ToLowerInvariant()} on {command[1].Split(':')[0]}:*"
                : command[0].ToLowerInvariant());
        }
        catch (RedisServerException)
        {
            // It may, and there is nothing to do it with.
        }
    }

    static async Task<Version?> VersionAsync(IDatabase db)
    {
        try
        {
            var info = (string?)await db.ExecuteAsync("INFO", "server") ?? "";
            var line = info.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(
                l => l.StartsWith("redis_version:", StringComparison.Ordinal));
            return Version.TryParse(line?["redis_version:".Length..], out var version) ? version : null;
        }
        catch (RedisServerException)
        {
            return null;
        }
    }
}
