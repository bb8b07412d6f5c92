using System.Security.Cryptography;
using Hobom.Slices.Http;
using LanguageExt;

namespace Hobom.Slices.Host.Access;

/// <summary>Whose key was presented, and what its owner may do.</summary>
/// <param name="KeyId">Null of a caller without a key of the file.</param>
sealed record KeyOwner(string Name, IReadOnlyList<string> Roles, string? KeyId);

/// <summary>Who a key stands for: the internal key has all rights, a named one those of its roles.</summary>
/// <param name="internalKey">Null where none is set.</param>
/// <param name="file">Null where none is set.</param>
sealed class CallerKeys(string? internalKey, KeysFile? file, TimeProvider clock)
{
    public const string Internal = "internal";
    public const string Anonymous = "anonymous";

    readonly byte[]? internalDigest = internalKey is null ? null : KeyRing.Digest(internalKey);

    /// <summary>No key is configured: everyone is let in.</summary>
    public bool AreNone => internalDigest is null && file is null;

    /// <param name="presented">Null where the request has no key, or not exactly one.</param>
    public Either<KeyRefusal, KeyOwner> Know(string? presented)
    {
        if (AreNone) return new KeyOwner(Anonymous, Role.All, null);
        if (presented is null) return KeyRefusal.Missing;
        var named = (file?.Keys ?? KeyRing.Empty).Find(presented, clock.GetUtcNow());
        if (internalDigest is not null && CryptographicOperations.FixedTimeEquals(KeyRing.Digest(presented), internalDigest))
            return new KeyOwner(Internal, Role.All, null);
        return named.Map(key => new KeyOwner(key.Name, Role.Held(key.Roles), key.Id));
    }

    /// <summary>Whose a key is now, for one who has shown it before; null where it is not in force any more.</summary>
    public KeyOwner? Holder(string keyId) =>
        (file?.Keys ?? KeyRing.Empty).InForce(keyId, clock.GetUtcNow()) is { } key
            ? new KeyOwner(key.Name, Role.Held(key.Roles), key.Id)
            : null;
}
