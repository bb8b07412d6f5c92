using System.Globalization;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters.Redis;

/// <summary>What Redis says of itself.</summary>
static class RedisInfo
{
    /// <returns>By field; empty where this account may not ask.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(IDatabase db)
    {
        try
        {
            return Parse((string?)await db.ExecuteAsync("INFO") ?? "");
        }
        catch (RedisServerException)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal);
        }
    }

    /// <returns>0 where it is not known.</returns>
    public static async Task<long> EvictedKeysAsync(IDatabase db) => NumberOf(await ReadAsync(db), "evicted_keys") ?? 0;

    public static long? NumberOf(IReadOnlyDictionary<string, string> info, string field) =>
        info.TryGetValue(field, out var text)
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public static IReadOnlyDictionary<string, string> Parse(string info)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in info.Split('\n', StringSplitOptions.TrimEntries))
            if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && line[0] != '#')
                fields[line[..colon]] = line[(colon + 1)..];
        return fields;
    }
}
