using LanguageExt;

namespace Hobom.Slices.Tests.Support;

/// <summary>Takes the expected case out of an Either, or fails the test with the words of the other.</summary>
public static class EitherAssertions
{
    public static TRight Right<TLeft, TRight>(this Either<TLeft, TRight> either) =>
        either.Match(right => right, left => throw new InvalidOperationException($"Left: {left}"));

    public static async Task<TRight> Right<TLeft, TRight>(this Task<Either<TLeft, TRight>> either) => (await either).Right();

    public static TLeft Left<TLeft, TRight>(this Either<TLeft, TRight> either) =>
        either.Match(right => throw new InvalidOperationException($"Right: {right}"), left => left);
}
