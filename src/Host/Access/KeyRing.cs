using System.Security.Cryptography;
using System.Text;
using LanguageExt;

namespace Hobom.Slices.Host.Access;

/// <summary>Why a presented key lets nobody in. For the log; a caller is told nothing of it.</summary>
enum KeyRefusal
{
    Missing,
    Malformed,
    Unknown,
    NotYetValid,
    Expired,
    Revoked,
}

/// <summary>The keys in force.</summary>
sealed class KeyRing(IReadOnlyList<NamedKey> keys)
{
    const int KeyLengthLimit = 512;

    static readonly byte[] NoDigest = new byte[SHA256.HashSizeInBytes];

    readonly Dictionary<string, NamedKey> byId = keys.ToDictionary(k => k.Id, StringComparer.Ordinal);

    public static KeyRing Empty { get; } = new([]);

    public int Count => byId.Count;

    /// <summary>
    /// Looked up by the id, then compared in constant time over digests of one length; an id that is unknown costs
    /// the same. Whether a key is expired or revoked is told only of the right secret.
    /// </summary>
    public Either<KeyRefusal, NamedKey> Find(string presented, DateTimeOffset now)
    {
        if (IdOf(presented) is not { } id) return KeyRefusal.Malformed;
        var key = byId.GetValueOrDefault(id);
        var matches = CryptographicOperations.FixedTimeEquals(Digest(presented), key is null ? NoDigest : key.Sha256.Span);
        if (key is null || !matches) return KeyRefusal.Unknown;
        return RefusalOf(key, now) is { } refusal ? refusal : key;
    }

    /// <summary>Of a key whose secret was seen before.</summary>
    public NamedKey? InForce(string id, DateTimeOffset now) =>
        byId.GetValueOrDefault(id) is { } key && RefusalOf(key, now) is null ? key : null;

    public static byte[] Digest(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    static KeyRefusal? RefusalOf(NamedKey key, DateTimeOffset now) =>
        key.Revoked ? KeyRefusal.Revoked
        : now < key.NotBefore ? KeyRefusal.NotYetValid
        : now >= key.Expires ? KeyRefusal.Expired
        : null;

    static string? IdOf(string presented)
    {
        if (presented.Length > KeyLengthLimit || !presented.StartsWith(NamedKey.Prefix, StringComparison.Ordinal)) return null;
        var end = presented.IndexOf('_', NamedKey.Prefix.Length);
        return end > 0 && presented.Length - end - 1 >= NamedKey.SecretLengthAtLeast ? presented[NamedKey.Prefix.Length..end] : null;
    }
}
