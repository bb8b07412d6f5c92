namespace Hobom.Slices.Host.Access;

/// <summary>One key of the keys file. The key itself is not known here.</summary>
/// <param name="Id">The second part of <c>relay_&lt;id&gt;_&lt;secret&gt;</c>; several keys may have one name.</param>
/// <param name="Name">Who acts with it, in the log and in the audit.</param>
/// <param name="Sha256">Of the whole key text, 32 bytes.</param>
sealed record NamedKey(
    string Id,
    string Name,
    IReadOnlyList<string> Roles,
    ReadOnlyMemory<byte> Sha256,
    DateTimeOffset? NotBefore,
    DateTimeOffset? Expires,
    bool Revoked)
{
    public const string Prefix = "relay_";

    /// <summary>32 random bytes in base64url.</summary>
    public const int SecretLengthAtLeast = 43;

    public static bool IsId(string text) =>
        text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
}
