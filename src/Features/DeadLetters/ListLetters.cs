using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.DeadLetters;

/// <summary>Lists the keys of letters.</summary>
public static class ListLetters
{
    public abstract record Answer
    {
        Answer()
        {
        }

        /// <param name="Items">The oldest failure first.</param>
        public sealed record Keys(IReadOnlyList<string> Items) : Answer;

        public sealed record Malformed(PrefixFault Fault) : Answer;

        public sealed record StoreDown(StoreFailure Failure) : Answer;
    }

    /// <param name="prefix">As the caller sent it, percent-decoded; null or empty asks for all.</param>
    public static Task<Answer> AnswerAsync(
        string? prefix, Func<string, Task<Either<StoreFailure, IReadOnlyList<DeadLetterKey>>>> list) =>
        DeadLetterDecisions.ParsePrefix(prefix).Match(
            Right: async parsed => (await list(parsed)).Match<Answer>(
                Right: keys => new Answer.Keys([.. keys.Select(k => k.Format())]),
                Left: failure => new Answer.StoreDown(failure)),
            Left: fault => Task.FromResult<Answer>(new Answer.Malformed(fault)));
}
