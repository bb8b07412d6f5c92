using Hobom.Slices.Core;

namespace Hobom.Slices.DeadLetters;

/// <summary>A letter as lists know it.</summary>
/// <param name="ExpiresAt">Null where it is held.</param>
public sealed record CatalogueLetter(DeadLetterKey Key, LetterSummary Summary, LetterCause Cause, DateTimeOffset? ExpiresAt)
{
    /// <summary>As text, made once: lists and cursors want it again and again.</summary>
    public string Name { get; } = Key.Format();

    /// <summary>Lists go by the time of the last failure, then by key.</summary>
    public LetterCursor Place => new(Summary.LastFailedAt.ToUnixTimeMilliseconds(), Name);

    public bool Mentions(string text) =>
        Key.Id.Contains(text, StringComparison.OrdinalIgnoreCase)
        || Summary.Reason.Contains(text, StringComparison.OrdinalIgnoreCase);
}
