using StackExchange.Redis;

namespace Hobom.Slices.Streams;

/// <summary>Redis' replies as entries.</summary>
static class EntryReading
{
    public static IReadOnlyList<StreamEntry> Entries(string stream, RedisResult reply) =>
        reply.IsNull ? [] : [.. ((RedisResult[])reply!).Select(e => Entry(stream, e))];

    /// <param name="reply">Id, and names and values by turns.</param>
    static StreamEntry Entry(string stream, RedisResult reply)
    {
        var pair = (RedisResult[])reply!;
        var flat = (RedisResult[])pair[1]!;
        var fields = new List<EntryField>(flat.Length / 2);
        for (var i = 0; i + 1 < flat.Length; i += 2) fields.Add(EntryField.Of((string)flat[i]!, (byte[])flat[i + 1]!));
        return new StreamEntry(stream, EntryId.Parse((string?)pair[0])!.Value, fields);
    }
}
