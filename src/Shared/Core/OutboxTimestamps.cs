using System.Globalization;
using System.Text.RegularExpressions;

namespace Hobom.Slices.Core;

/// <summary>Reads the backends' two ways of writing a time.</summary>
public static partial class OutboxTimestamps
{
    /// <summary>
    /// ISO 8601 (<c>2026-03-05T12:51:13.1234567Z</c>) or JavaScript's Date text (<c>Thu Mar 05 2026 12:51:13 GMT+0000
    /// (Coordinated Universal Time)</c>). Null for an empty text or a form nobody knows: the row's age is unknown then,
    /// and nothing else.
    /// </summary>
    public static DateTimeOffset? Parse(string text)
    {
        if (text.Length is 0 or > 100) return null;
        if (IsoForm().IsMatch(text)
            && DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var iso))
            return iso;
        return DateForm().IsMatch(text)
            && DateTimeOffset.TryParseExact(
                $"{text.AsSpan(4, 20)} {text.AsSpan(28, 3)}:{text.AsSpan(31, 2)}", "MMM dd yyyy HH:mm:ss zzz",
                CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var js)
            ? js
            : null;
    }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 100)]
    private static partial Regex IsoForm();

    /// <summary>Every part of it has its place.</summary>
    [GeneratedRegex(
        @"^\w{3} \w{3} \d\d \d{4} \d\d:\d\d:\d\d GMT[+-]\d{4}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 100)]
    private static partial Regex DateForm();
}
