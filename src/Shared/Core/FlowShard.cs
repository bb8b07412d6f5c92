using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Hobom.Slices.Core;

/// <summary>
/// Into how many equal parts the events of a type are divided, and which part an event belongs to: the first 8 bytes of its id's
/// SHA-256 (UTF-8), as a big-endian number, modulo the number of parts. A contract with other builds, which run beside this one
/// while it is rolled out.
/// </summary>
/// <param name="Value">From 1.</param>
public readonly record struct ShardCount(int Value)
{
    public const int Most = 64;

    /// <summary>All of them in one.</summary>
    public static readonly ShardCount One = new(1);

    /// <summary>
    /// What has no id, or one that no letter's key can hold, belongs to the first: so do the letters of such rows, which are named
    /// otherwise.
    /// </summary>
    public int Of(EventId? id) =>
        Value == 1 || id is not { } named || !RowRules.FitsKey(named) || Refusal.IsNamedOtherwise(named.Value) ? 0 : HashOf(named.Value);

    /// <summary>The part that the letter's event belongs to.</summary>
    public int Of(DeadLetterKey key) => Of(new EventId(key.Id));

    int HashOf(string id)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), digest);
        return (int)(BinaryPrimitives.ReadUInt64BigEndian(digest) % (ulong)Value);
    }
}

/// <summary>What one process at a time has: the events of a type, or of one shard of it.</summary>
/// <param name="Number">From 0.</param>
public readonly record struct FlowShard(Category Category, int Number, ShardCount Count)
{
    /// <summary>Of a type that is not divided.</summary>
    public static FlowShard Whole(Category category) => new(category, 0, ShardCount.One);

    public bool IsWhole => Count.Value == 1;

    public bool Has(EventId id) => Count.Of(id) == Number;

    /// <summary>For people.</summary>
    public override string ToString() => IsWhole ? Category.Name : $"{Category.Name}, shard {Number} of {Count.Value}";
}
