namespace Hobom.Slices.Streams;

/// <summary>One group of a stream, as far as trimming has to heed it.</summary>
/// <param name="LastDelivered">What comes after it is unread.</param>
/// <param name="FirstPending">The oldest entry that is delivered and not acknowledged; null where there is none.</param>
public sealed record GroupPosition(string Name, EntryId LastDelivered, EntryId? FirstPending)
{
    /// <summary>Every entry before it is done with.</summary>
    public EntryId FirstNeeded => FirstPending ?? new EntryId(LastDelivered.Milliseconds, LastDelivered.Sequence + 1);
}

/// <summary>What may be trimmed. Pure.</summary>
public static class Retention
{
    /// <summary>
    /// The first id to keep: what is older than the age and behind every group goes. Null where nothing may: without any
    /// group nobody is known to have read.
    /// </summary>
    public static EntryId? FirstToKeep(DateTimeOffset now, TimeSpan age, IReadOnlyList<GroupPosition> groups)
    {
        if (groups.Count == 0 || FirstOfAge(now, age) is not { } byAge) return null;
        var needed = groups.Min(g => g.FirstNeeded);
        return needed < byAge ? needed : byAge;
    }

    /// <summary>The first id that is no older than the age; null where that is before all time.</summary>
    public static EntryId? FirstOfAge(DateTimeOffset now, TimeSpan age) =>
        now - age is var oldest && oldest > DateTimeOffset.UnixEpoch ? new EntryId((ulong)oldest.ToUnixTimeMilliseconds(), 0) : null;

    /// <summary>
    /// Entries that were trimmed away by others before the group had read them. Exact where nothing was deleted singly;
    /// null where Redis does not know how many the group has read.
    /// </summary>
    /// <param name="added">Ever added to the stream.</param>
    /// <param name="read">By the group.</param>
    /// <param name="first">The stream's oldest entry; null where it is empty.</param>
    public static long? LostUnread(long added, long? read, long length, EntryId? first, EntryId lastDelivered) =>
        read is not { } known ? null
        : first is { } oldest && oldest <= lastDelivered ? 0
        : Math.Max(0, added - known - length);
}
