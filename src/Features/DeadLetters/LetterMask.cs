using Hobom.Slices.Core;

namespace Hobom.Slices.DeadLetters;

/// <summary>The one place that what people see of letters goes through.</summary>
public static class LetterMask
{
    /// <summary>Of errors, in lists and in their search, for every caller alike: no search tells what is masked.</summary>
    public static string Text(string text) => text;

    public static ReadOnlyMemory<byte> Payload(Category category, ReadOnlyMemory<byte> json, bool seesAll) => json;

    public static LetterRecord Record(LetterRecord record, bool seesAll) => record;
}
