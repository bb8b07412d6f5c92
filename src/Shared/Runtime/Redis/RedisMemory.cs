using System.Globalization;
using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

/// <summary>
/// Whether Redis has room for what nobody would miss: where it runs out of memory it takes nothing more, the ledger neither,
/// and then nothing is published. Asked now and then beside the work, and never waited for.
/// </summary>
sealed class RedisMemory(RedisConnection redis, TimeProvider clock)
{
    /// <summary>Of its limit; what is beyond is for ledger and letters.</summary>
    public const double Share = 0.75;

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    readonly Lock gate = new();
    long? askedAt;
    bool isTight;

    /// <summary>As last seen; there is room until Redis has said otherwise.</summary>
    public bool HasRoom
    {
        get
        {
            lock (gate)
            {
                if (askedAt is { } before && clock.GetElapsedTime(before) < Interval) return !isTight;
                askedAt = clock.GetTimestamp();
            }

            _ = AskAsync();
            lock (gate) return !isTight;
        }
    }

    /// <param name="info">Redis' own text. What it does not tell is no reason.</param>
    public static bool IsTight(string info) =>
        NumberOf(info, "maxmemory:") is > 0 and var limit && NumberOf(info, "used_memory:") is { } used && used > limit * Share;

    async Task AskAsync()
    {
        var answer = await redis.RunAsync(async db =>
        {
            try
            {
                return (string?)await db.ExecuteAsync("INFO", "memory") ?? "";
            }
            catch (RedisServerException)
            {
                return "";
            }
        });
        lock (gate) isTight = answer.Match(Right: IsTight, Left: _ => isTight);
    }

    static long? NumberOf(string info, string field) =>
        info.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(l => l.StartsWith(field, StringComparison.Ordinal)) is { } line
        && long.TryParse(line.AsSpan(field.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
