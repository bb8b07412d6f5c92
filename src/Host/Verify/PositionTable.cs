using System.Security.Cryptography;
using System.Text;
using Hobom.Slices.Core;

namespace Hobom.Slices.Host.Verify;

/// <summary>
/// Events by a hash of their flows and ids, with their places and how many records of each were met: 17 bytes for a slot, and
/// two slots for an event, however long the ids are.
/// </summary>
/// <param name="capacity">Events at most.</param>
sealed class PositionTable(int capacity)
{
    readonly ulong[] hashes = new ulong[SlotsFor(capacity)];
    readonly long[] places = new long[SlotsFor(capacity)];
    readonly byte[] copies = new byte[SlotsFor(capacity)];

    public int Count { get; private set; }

    /// <summary>Never 0, which is an empty slot. The flow's category is in it: two flows of a topic may have events of one id.</summary>
    public static ulong HashOf(Category flow, EventId id) => HashOf($"{flow.Name}\n{id.Value}");

    /// <summary>Of the id alone.</summary>
    public static ulong HashOf(EventId id) => HashOf(id.Value);

    static ulong HashOf(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), digest);
        return Math.Max(1, BitConverter.ToUInt64(digest));
    }

    /// <summary>An event that is there twice has its last place.</summary>
    /// <param name="at">Null where it is not known.</param>
    /// <returns>False where there is no room.</returns>
    public bool Add(ulong hash, RecordPosition? at)
    {
        var slot = SlotOf(hash);
        if (hashes[slot] == 0)
        {
            if (Count == capacity) return false;
            Count++;
        }

        (hashes[slot], places[slot]) = (hash, Packed(at));
        return true;
    }

    /// <summary>Counts a record of the event; how many there were so far, or null where the event is not in the table.</summary>
    public int? Meet(ulong hash)
    {
        var slot = SlotOf(hash);
        if (hashes[slot] == 0) return null;
        if (copies[slot] < byte.MaxValue) copies[slot]++;
        return copies[slot];
    }

    /// <summary>Null where the event is not in the table.</summary>
    public int? CopiesOf(ulong hash) => SlotOf(hash) is var slot && hashes[slot] == 0 ? null : copies[slot];

    /// <summary>Null where the event is not there, or its place is not known.</summary>
    public RecordPosition? PlaceOf(ulong hash)
    {
        var slot = SlotOf(hash);
        if (hashes[slot] == 0 || places[slot] < 0) return null;
        return new RecordPosition((int)(places[slot] >> 46), places[slot] & ((1L << 46) - 1));
    }

    int SlotOf(ulong hash)
    {
        var mask = hashes.Length - 1;
        var slot = (int)(hash & (ulong)mask);
        while (hashes[slot] != 0 && hashes[slot] != hash) slot = (slot + 1) & mask;
        return slot;
    }

    /// <summary>46 bits for an offset and 17 for a partition are more than any topic has.</summary>
    static long Packed(RecordPosition? at) => at is { } known ? ((long)known.Partition << 46) | known.Offset : -1;

    static int SlotsFor(int events) => (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, events * 2L));
}
