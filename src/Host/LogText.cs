using System.Globalization;
using System.Text;

namespace Hobom.Slices.Host;

/// <summary>Text of a stranger's making on its way into one line of the log.</summary>
static class LogText
{
    /// <summary>Control characters, line separators and marks that turn the direction of text, as <c>\u001b</c>.</summary>
    public static string Clean(string text, int limit = int.MaxValue)
    {
        var cut = text.Length > limit;
        var shown = cut ? text.AsSpan(0, limit) : text;
        if (!cut && !shown.ContainsAnyExceptInRange(' ', '~')) return text;
        var clean = new StringBuilder(shown.Length + 16);
        foreach (var rune in shown.EnumerateRunes())
        {
            if (IsHarmless(rune)) clean.Append(rune);
            else clean.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        }

        return cut ? clean.Append('…').ToString() : clean.ToString();
    }

    static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
}
