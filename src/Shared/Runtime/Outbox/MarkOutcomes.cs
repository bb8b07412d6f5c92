using Google.Protobuf.WellKnownTypes;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Outbox;

static class MarkOutcomes
{
    /// <summary>Of an error message that goes into a row; the letter has the whole.</summary>
    const int ReasonLengthLimit = 1000;

    /// <summary>A backend deletes old rows: a mark that finds none is settled.</summary>
    public static Either<CallFailure, MarkOutcome> Of(Either<CallFailure, Empty> answer) =>
        answer.Match<Either<CallFailure, MarkOutcome>>(
            Right: _ => MarkOutcome.Marked,
            Left: failure => failure.Kind is CallFailureKind.NotFound ? MarkOutcome.NoSuchRow : failure);

    public static string Shorten(string reason)
    {
        if (reason.Length <= ReasonLengthLimit) return reason;
        var end = char.IsHighSurrogate(reason[ReasonLengthLimit - 1]) ? ReasonLengthLimit - 1 : ReasonLengthLimit;
        return reason[..end];
    }
}
