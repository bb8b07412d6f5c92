using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Hobom.Slices.Streams;

/// <summary>
/// Where a key belongs. A contract with the producers of a domain that has several shards: the first 8 bytes of the key's
/// MD5, as a big-endian number, modulo the number of shards.
/// </summary>
public static class ShardHash
{
    public static ulong Of(string key)
    {
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // It spreads keys and protects nothing; the producers use the same.
        MD5.HashData(Encoding.UTF8.GetBytes(key), digest);
#pragma warning restore CA5351
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }

    /// <param name="shards">At least 1.</param>
    public static int ShardOf(string key, int shards) => (int)(Of(key) % (ulong)shards);

    /// <summary>The lane of a key inside its shard: independent of the shard, which all keys of one share.</summary>
    public static int LaneOf(string key, int shards, int lanes) => (int)(Of(key) / (ulong)shards % (ulong)lanes);
}
