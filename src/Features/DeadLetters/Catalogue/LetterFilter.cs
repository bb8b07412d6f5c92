using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;

namespace Hobom.Slices.DeadLetters.Catalogue;

/// <summary>Which letters are meant; what is null does not restrict.</summary>
/// <param name="Text">Stands in the id or the error, upper and lower case alike.</param>
/// <param name="MinAge">Since the last failure.</param>
/// <param name="ExpiresWithin">Held letters do not expire.</param>
/// <param name="State">Null for all but discarded ones.</param>
/// <param name="Group">The id of a <see cref="LetterGroup"/>.</param>
/// <param name="MinAttempts">Tries to publish it, at least.</param>
/// <param name="Code">Of the last attempt, upper and lower case alike.</param>
/// <param name="Kind">What failed, in a word of the flow's own, upper and lower case alike.</param>
public sealed record LetterFilter(
    Category? Category = null,
    FailureClass? Class = null,
    string? Text = null,
    TimeSpan? MinAge = null,
    TimeSpan? MaxAge = null,
    TimeSpan? ExpiresWithin = null,
    LetterState? State = null,
    string? Group = null,
    int? MinAttempts = null,
    string? Code = null,
    string? Kind = null)
{
    public static LetterFilter All { get; } = new();

    public bool Matches(CatalogueLetter letter, DateTimeOffset now) =>
        (Category is null || letter.Key.Category == Category)
        && (State is null ? letter.Summary.State != LetterState.Discarded : letter.Summary.StateAt(now) == State)
        && (Class is null || letter.Summary.Class == Class)
        && (Group is null || letter.Cause.GroupId == Group)
        && (MinAge is null || now - letter.Summary.LastFailedAt >= MinAge)
        && (MaxAge is null || now - letter.Summary.LastFailedAt <= MaxAge)
        && (ExpiresWithin is null || letter.ExpiresAt - now <= ExpiresWithin)
        && (MinAttempts is null || letter.Summary.Attempts >= MinAttempts)
        && (Code is null || Code.Equals(letter.Summary.Code, StringComparison.OrdinalIgnoreCase))
        && (Kind is null || Kind.Equals(letter.Summary.Kind, StringComparison.OrdinalIgnoreCase))
        && (Text is null || letter.Mentions(Text));
}
