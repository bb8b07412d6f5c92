using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace Hobom.Slices.Runtime.Redis;

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

/// <summary>An entry of a stream: names and values in turn.</summary>
public sealed record StreamEntryFields(StreamCursor At, byte[][] Fields)
{
    /// <summary>The first field's value.</summary>
    public byte[] First => Fields[1];

    /// <summary>Null where there is no such field.</summary>
    public byte[]? Named(string name)
    {
        for (var at = 0; at + 1 < Fields.Length; at += 2)
            if (Encoding.UTF8.GetString(Fields[at]) == name) return Fields[at + 1];
        return null;
    }
}

/// <summary>Reads streams whose entries have their text in the first field.</summary>
public static class StreamPage
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
            foreach (var entry in page)
            {
                before = entry.At;
                if (select(entry.First) is { } wanted) found.Add(wanted);
                if (found.Count == limit || ++seen == scanLimit) return (found, entry.At.Format());
            }

            if (page.Count < SizeLimit) return (found, null);
        }
    }

    /// <summary>Up to <see cref="SizeLimit"/>; fewer at the end.</summary>
    public static async Task<IReadOnlyList<StreamEntryFields>> NewestFirstAsync(IDatabase db, string stream, StreamCursor? before)
    {
        var from = before is { } b ? $"({b.Format()}" : "+";
        var entries = (RedisResult[])(await db.ExecuteAsync("XREVRANGE", (RedisKey)stream, from, "-", "COUNT", SizeLimit))!;
        return
        [
            .. entries.Select(e => (RedisResult[])e!)
            .Select(e => new StreamEntryFields(StreamCursor.Parse((string)e[0]!)!.Value, (byte[][])e[1]!)),
        ];
    }
}
