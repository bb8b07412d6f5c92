using System.Globalization;
using StackExchange.Redis;

namespace Hobom.Slices.DeadLetters;

/// <summary>The place of an entry in a stream.</summary>
public readonly record struct StreamCursor(ulong Ms, ulong Number)
{
    public string Format() => $"{Ms}-{Number}";

    /// <returns>Null where the text is no such place.</returns>
    public static StreamCursor? Parse(string text) =>
        text.Split('-') is [var ms, var number]
        && ulong.TryParse(ms, NumberStyles.None, CultureInfo.InvariantCulture, out var m)
        && ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? new StreamCursor(m, n)
            : null;
}

/// <summary>Reads streams whose entries have one field.</summary>
static class StreamPage
{
    public const int SizeLimit = 500;

    /// <summary>The entries that are wanted, the newest first, and where to go on; null at the end.</summary>
    /// <param name="before">Not included; null begins with the newest.</param>
    /// <param name="scanLimit">How many entries may be looked at.</param>
    /// <param name="select">Null for what is not wanted.</param>
    public static async Task<(IReadOnlyList<T> Found, string? Next)> SelectAsync<T>(
        IDatabase db, string stream, StreamCursor? before, int limit, int scanLimit, Func<byte[], T?> select)
        where T : class
    {
        var found = new List<T>(limit);
        var seen = 0;
        while (true)
        {
            var page = await NewestFirstAsync(db, stream, before);
            foreach (var (id, text) in page)
            {
                before = id;
                if (select(text) is { } wanted) found.Add(wanted);
                if (found.Count == limit || ++seen == scanLimit) return (found, id.Format());
            }

            if (page.Count < SizeLimit) return (found, null);
        }
    }

    static async Task<IReadOnlyList<(StreamCursor Id, byte[] Value)>> NewestFirstAsync(
        IDatabase db, string stream, StreamCursor? before)
    {
        var from = before is { } b ? $"({b.Format()}" : "+";
        var entries = (RedisResult[])(await db.ExecuteAsync("XREVRANGE", (RedisKey)stream, from, "-", "COUNT", SizeLimit))!;
        return [.. entries.Select(e => (RedisResult[])e!).Select(e => (StreamCursor.Parse((string)e[0]!)!.Value, ((byte[][])e[1]!)[1]))];
    }
}
