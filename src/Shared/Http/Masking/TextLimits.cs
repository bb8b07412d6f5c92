namespace Hobom.Slices.Http.Masking;

/// <summary>How much of a text is shown, in characters.</summary>
static class TextLimits
{
    public const int Text = 4000;
    public const int Code = 1100;
    public const int Name = 100;

    /// <summary>
    /// The beginning of a text. It ends between two words, and before all words at its end that hold a digit: half
    /// an address or half a card number would pass the detectors.
    /// </summary>
    public static string Cut(string text, int limit)
    {
        if (text.Length <= limit) return text;
        var end = limit;
        while (end > 0)
        {
            var start = end;
            while (start > 0 && !char.IsWhiteSpace(text[start - 1])) start--;
            var whole = end < limit;
            if (whole && !text.AsSpan(start, end - start).ContainsAnyInRange('0', '9')) break;
            end = start;
            while (end > 0 && char.IsWhiteSpace(text[end - 1])) end--;
        }

        return end == 0 ? TextMask.Hidden : text[..end] + " …";
    }
}
