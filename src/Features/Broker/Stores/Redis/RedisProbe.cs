using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hobom.Slices.Broker.Stores.Redis;

/// <summary>Whether a Redis can hold a journal. Nothing is written.</summary>
static class RedisProbe
{
    /// <summary>The scripts say what they do as of it.</summary>
    static readonly Version Oldest = new(7, 0);

    /// <returns>What is wrong, for people; null where nothing is.</returns>
    public static async Task<string?> AskAsync(string address)
    {
        if (!RedisAddress.Parse(address).TryGetRight(out var parsed, out var fault)) return fault.Message;
        await using var redis = new RedisConnection(parsed, TimeProvider.System, NullLogger<RedisConnection>.Instance);
        var asked = await redis.RunAsync(async db =>
        {
            await db.PingAsync();
            return (string?)await db.ExecuteAsync("INFO", "server") ?? "";
        });
        return asked.MatchUnsafe(OfInfo, failure => failure.Message);
    }

    static string? OfInfo(string info)
    {
        const string Field = "redis_version:";
        var line = info.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(l => l.StartsWith(Field, StringComparison.Ordinal));
        return Version.TryParse(line?[Field.Length..], out var version) && version < Oldest
            ? $"Redis is {version}, and the broker's store requires {Oldest}"
            : null;
    }
}
