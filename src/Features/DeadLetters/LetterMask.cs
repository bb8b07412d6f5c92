namespace Hobom.Slices.DeadLetters;

/// <summary>The one place that what people see of letters goes through.</summary>
public static class LetterMask
{
    /// <summary>Of errors, in lists and in their search, for every caller alike.</summary>
    public static string Text(string text) => text;
}
