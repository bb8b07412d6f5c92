using System.Diagnostics.CodeAnalysis;
using LanguageExt;

namespace Hobom.Slices.Core;

public static class Eithers
{
    /// <summary>Opens an Either where both cases go on with statements: after an awaited call at an edge.</summary>
    public static bool TryGetRight<TLeft, TRight>(
        this Either<TLeft, TRight> either,
        [NotNullWhen(true)] out TRight? right,
        [NotNullWhen(false)] out TLeft? left)
        where TLeft : notnull
        where TRight : notnull
    {
        (right, left) = either.MatchUnsafe<(TRight?, TLeft?)>(r => (r, default), l => (default, l));
        return either.IsRight;
    }
}
