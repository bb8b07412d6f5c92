using Hobom.Slices.Core;
using Hobom.Slices.Storage;
using LanguageExt;

namespace Hobom.Slices.Links.Stores;

/// <summary>What a store of links must do; the same suite of tests decides for all. A call that failed may have been applied.</summary>
/// <param name="Create">The link must be valid. Where it is there already, that one is answered and nothing is changed.</param>
/// <param name="List">
/// In the order of ids, so many at most, after the one named: a walk of the pages sees every link that was there when it
/// began.
/// </param>
/// <param name="Delete">Answers the link that was removed.</param>
/// <param name="In">The same inside a handler's transaction: it reads what it wrote, and others do not before the commit.</param>
public sealed record LinkStore(
    Func<Link, CancellationToken, Task<Either<StoreFailure, LinkCreation>>> Create,
    Func<LinkFilter, int, LinkId?, CancellationToken, Task<Either<StoreFailure, IReadOnlyList<StoredLink>>>> List,
    Func<LinkFilter, CancellationToken, Task<Either<StoreFailure, long>>> Count,
    Func<LinkId, CancellationToken, Task<Either<StoreFailure, Option<StoredLink>>>> One,
    Func<LinkId, CancellationToken, Task<Either<StoreFailure, Option<StoredLink>>>> Delete,
    Func<HandlerTransaction, LinkStore> In)
{
    /// <summary>Links beside the events.</summary>
    public static LinkStore Beside(SharedStorage storage, TimeProvider clock) => storage switch
    {
        SharedStorage.Database database => new SqlLinks(database.Edge, null, clock).AsStore(),
        SharedStorage.Memory memory => new MemoryLinks(memory.Gate, MemoryLinks.DefaultLimit, clock).AsStore(),
        SharedStorage.None => Refusing(new StoreFailure("links want a database: the broker's provider keeps none")),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Better than links in the memory of one process, which others would not see and a restart would lose.</summary>
    static LinkStore Refusing(StoreFailure why) => new(
        (_, _) => Task.FromResult(Either<StoreFailure, LinkCreation>.Left(why)),
        (_, _, _, _) => Task.FromResult(Either<StoreFailure, IReadOnlyList<StoredLink>>.Left(why)),
        (_, _) => Task.FromResult(Either<StoreFailure, long>.Left(why)),
        (_, _) => Task.FromResult(Either<StoreFailure, Option<StoredLink>>.Left(why)),
        (_, _) => Task.FromResult(Either<StoreFailure, Option<StoredLink>>.Left(why)),
        _ => Refusing(why));
}
