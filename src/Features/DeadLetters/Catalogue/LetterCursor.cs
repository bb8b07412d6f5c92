using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>
/// A place between letters, by the time of the last failure (unix, ms) and then by key. It stays where it is whatever comes
/// and goes.
/// </summary>
public readonly record struct LetterCursor(long FailedAtMs, string Key) : IComparable<LetterCursor>
{
    public int CompareTo(LetterCursor other) =>
        FailedAtMs != other.FailedAtMs
            ? FailedAtMs.CompareTo(other.FailedAtMs)
            : string.CompareOrdinal(Key, other.Key);

    public string Format() => $"{FailedAtMs}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Key))}";

    /// <returns>Null where the text is no cursor.</returns>
    public static LetterCursor? Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1 || !Base64Url.IsValid(text.AsSpan(dot + 1))) return null;
        if (!long.TryParse(text.AsSpan(0, dot), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ms)) return null;
        return new LetterCursor(ms, Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text.AsSpan(dot + 1))));
    }

    public static bool operator <(LetterCursor left, LetterCursor right) => left.CompareTo(right) < 0;

    public static bool operator >(LetterCursor left, LetterCursor right) => left.CompareTo(right) > 0;

    public static bool operator <=(LetterCursor left, LetterCursor right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LetterCursor left, LetterCursor right) => left.CompareTo(right) >= 0;
}
