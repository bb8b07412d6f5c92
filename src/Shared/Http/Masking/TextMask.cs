namespace Hobom.Slices.Http.Masking;

/// <summary>
/// What of a text is shown to those who may not see all of it: what no detector takes for an address or a secret.
/// Nothing here throws, and the work grows with the size of the input and no faster.
/// </summary>
public static class TextMask
{
    /// <summary>Stands where something is hidden.</summary>
    public const string Hidden = "***";

    /// <summary>A text of unknown content: an error, a reason. Long ones are cut.</summary>
    public static string MaskText(string text) => SecretDetectors.Mask(TextLimits.Cut(text, TextLimits.Text));

    /// <summary>
    /// An identifier, a number, a time or a word of an enumeration: long digits and hexadecimals are what they consist of.
    /// </summary>
    public static string MaskCode(string text) =>
        Guid.TryParseExact(text, "D", out _) ? text : SecretDetectors.MaskButTokens(TextLimits.Cut(text, TextLimits.Code));

    public static string MaskName(string name) => SecretDetectors.Mask(TextLimits.Cut(name, TextLimits.Name));

    /// <summary>A request's path; what follows in the query is a caller's.</summary>
    public static string MaskPath(string path)
    {
        var query = path.IndexOfAny(['?', '#']);
        return query < 0 ? MaskText(path) : $"{MaskText(path[..query])}?{Hidden}";
    }
}
