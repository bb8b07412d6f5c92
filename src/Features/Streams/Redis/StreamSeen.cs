using System.Globalization;

namespace Hobom.Slices.Streams;

/// <summary>A stream and the router's group as one look saw them.</summary>
/// <param name="Added">Entries that were ever added to it.</param>
/// <param name="Unread">Null where Redis does not know.</param>
/// <param name="Pending">Before what this look read.</param>
/// <param name="Youngest">The youngest id that it has given.</param>
sealed record StreamSeen(long Added, long? Unread, long Pending, EntryId Youngest)
{
    /// <summary>What is gone where the stream is.</summary>
    public long Open => (Unread ?? 0) + Pending;

    /// <param name="text">As the script that reads keeps it: the four and the number of the group, <c>4 3 0 1768727553123-0 1</c>.</param>
    public static StreamSeen Parse(string text)
    {
        var parts = text.Split(' ');
        return new StreamSeen(
            Number(parts[0]), parts[1].Length == 0 ? null : Number(parts[1]), Number(parts[2]), EntryId.Parse(parts[3])!.Value);
    }

    static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>What was gone when a stream was looked at again.</summary>
abstract record StreamGap
{
    StreamGap()
    {
    }

    /// <summary>The consumer group, and not its stream.</summary>
    public sealed record Group : StreamGap;

    /// <param name="Before">As it was last seen.</param>
    public sealed record Stream(StreamSeen Before) : StreamGap;

    /// <summary>All that Redis had.</summary>
    /// <param name="Before">The stream as this process has last seen it.</param>
    public sealed record All(StreamSeen Before) : StreamGap;
}
