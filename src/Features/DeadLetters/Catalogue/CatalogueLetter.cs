using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>A letter as lists know it.</summary>
/// <param name="ExpiresAt">Null where it is held.</param>
public sealed record CatalogueLetter(DeadLetterKey Key, LetterSummary Summary, LetterCause Cause, DateTimeOffset? ExpiresAt)
{
    /// <summary>As text, made once: lists and cursors want it again and again.</summary>
    public string Name { get; } = Key.Format();

    /// <summary>Lists go by the time of the last failure, then by key.</summary>
    public LetterCursor Place => new(Summary.LastFailedAt.ToUnixTimeMilliseconds(), Name);

    /// <summary>
    /// With objects and texts of its own. Copied one after the other, letters lie in memory in the order in which filters go
    /// through them: with 200,000 letters a search among letters in the order they came takes three times as long, waiting for memory.
    /// </summary>
    public CatalogueLetter Copied() => this with
    {
        Key = Key with { Id = new string(Key.Id.AsSpan()) },
        Summary = Summary with { Reason = new string(Summary.Reason.AsSpan()) },
    };

    public bool Mentions(string text) =>
        Key.Id.Contains(text, StringComparison.OrdinalIgnoreCase)
        || Summary.Reason.Contains(text, StringComparison.OrdinalIgnoreCase);
}
