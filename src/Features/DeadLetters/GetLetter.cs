using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.DeadLetters;

/// <summary>Looks at one letter.</summary>
public static class GetLetter
{
    public abstract record Answer
    {
        Answer()
        {
        }

        /// <summary>Its payload is JSON and can stand in an answer as it is.</summary>
        public sealed record Json(StoredLetter Letter) : Answer;

        /// <summary>There is something, but nothing that can be shown as JSON.</summary>
        /// <param name="Bytes">Where it has any.</param>
        public sealed record Unreadable(DeadLetterKey Key, string Reason, ReadOnlyMemory<byte> Bytes) : Answer;

        public sealed record Missing(DeadLetterKey Key) : Answer;

        public sealed record Malformed(KeyFault Fault) : Answer;

        public sealed record StoreDown(StoreFailure Failure) : Answer;
    }

    /// <param name="key">As the caller sent it, percent-decoded.</param>
    public static Task<Answer> AnswerAsync(
        string key, Func<DeadLetterKey, Task<Either<StoreFailure, LetterLookup>>> lookUp) =>
        DeadLetterKey.Parse(key).Match(
            Right: async parsed => (await lookUp(parsed)).Match(
                Right: found => AnswerOf(parsed, found),
                Left: failure => new Answer.StoreDown(failure)),
            Left: fault => Task.FromResult<Answer>(new Answer.Malformed(fault)));

    static Answer AnswerOf(DeadLetterKey key, LetterLookup found) => found switch
    {
        LetterLookup.Found(var letter) when DeadLetterDecisions.IsJson(letter.Payload.Span) => new Answer.Json(letter),
        LetterLookup.Found(var letter) => new Answer.Unreadable(key, "the payload is not JSON", letter.Payload),
        LetterLookup.Unreadable(_, var reason) => new Answer.Unreadable(key, reason, default),
        _ => new Answer.Missing(key),
    };
}
