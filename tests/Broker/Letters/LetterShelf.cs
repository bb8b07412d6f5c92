using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Tests.Broker.Letters;

/// <summary>Dead letters in a dictionary; away when told so.</summary>
sealed class LetterShelf
{
    public Dictionary<DeadLetterKey, DeadLetter> Letters { get; } = [];

    public bool IsAway { get; set; }

    /// <summary>Replays that are under way.</summary>
    public System.Collections.Generic.HashSet<DeadLetterKey> Claimed { get; } = [];

    public Queue<StoreFailure> DropFailures { get; } = [];

    public LetterPort Port => new(
        letter => Call(() => Letters[letter.Key] = letter),
        keys => Answer<IReadOnlySet<DeadLetterKey>>(() => keys.Where(Letters.ContainsKey).ToHashSet()),
        key => DropFailures.TryDequeue(out var failure)
            ? Task.FromResult(Either<StoreFailure, Unit>.Left(failure))
            : Call(() => Letters.Remove(key)),
        _ => Call(() => { }))
    {
        FindClaimed = keys => Answer<IReadOnlySet<DeadLetterKey>>(() => keys.Where(Claimed.Contains).ToHashSet()),
        List = category => Answer<IReadOnlyList<DeadLetterKey>>(() => [.. Letters.Keys.Where(k => k.Category == category)]),
    };

    Task<Either<StoreFailure, Unit>> Call(Action work) => Answer(() =>
    {
        work();
        return Unit.Default;
    });

    Task<Either<StoreFailure, T>> Answer<T>(Func<T> work) =>
        Task.FromResult(IsAway ? Either<StoreFailure, T>.Left(new StoreFailure("Redis is away")) : work());
}
