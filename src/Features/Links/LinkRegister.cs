using Hobom.Slices.Core;
using Hobom.Slices.Links.Stores;
using Hobom.Slices.Storage;
using LanguageExt;

namespace Hobom.Slices.Links;

/// <summary>Why a link was not made.</summary>
public abstract record LinkRefusal
{
    LinkRefusal()
    {
    }

    public sealed record Invalid(LinkFault Fault) : LinkRefusal;

    /// <summary>It may have been made all the same: the same call again is safe.</summary>
    public sealed record Unavailable(StoreFailure Failure) : LinkRefusal;
}

/// <summary>Links between entities, for C#.</summary>
public sealed class LinkRegister(LinkStore store)
{
    /// <summary>
    /// The same inside a handler's transaction: its links are there with its commit or not at all, and it reads what it wrote.
    /// </summary>
    public LinkRegister In(HandlerTransaction transaction) => new(store.In(transaction));

    /// <summary>The same link twice is one, and the answer says which it was; one that is there keeps its metadata.</summary>
    public async Task<Either<LinkRefusal, LinkCreation>> CreateLinkAsync(Link link, CancellationToken stopping)
    {
        if (!LinkValidation.Check(link).TryGetRight(out var valid, out var fault)) return new LinkRefusal.Invalid(fault);
        return (await store.Create(valid, stopping)).MapLeft(failure => (LinkRefusal)new LinkRefusal.Unavailable(failure));
    }

    public Task<Either<StoreFailure, LinkPage>> FindLinksBySourceAsync(
        EntityRef source, CancellationToken stopping, LinkPageRequest? page = null) =>
        FindLinksAsync(new LinkFilter(Source: LinkEnd.Of(source)), stopping, page);

    public Task<Either<StoreFailure, LinkPage>> FindLinksByTargetAsync(
        EntityRef target, CancellationToken stopping, LinkPageRequest? page = null) =>
        FindLinksAsync(new LinkFilter(Target: LinkEnd.Of(target)), stopping, page);

    public Task<Either<StoreFailure, LinkPage>> FindLinksByTypeAsync(
        LinkType type, CancellationToken stopping, LinkPageRequest? page = null) =>
        FindLinksAsync(new LinkFilter(Type: type), stopping, page);

    /// <summary>Links between the two, whichever way they lead.</summary>
    public Task<Either<StoreFailure, LinkPage>> FindBidirectionalAsync(
        EntityRef one, EntityRef other, CancellationToken stopping, LinkPageRequest? page = null) =>
        FindLinksAsync(new LinkFilter(LinkEnd.Of(one), LinkEnd.Of(other), BothWays: true), stopping, page);

    public async Task<Either<StoreFailure, LinkPage>> FindLinksAsync(
        LinkFilter filter, CancellationToken stopping, LinkPageRequest? page = null)
    {
        var (limit, after) = page ?? new LinkPageRequest();
        return (await store.List(filter, limit + 1, after, stopping)).Map(found => new LinkPage(
            [.. found.Take(limit)], found.Count > limit ? found[limit - 1].Id : null));
    }

    public Task<Either<StoreFailure, Option<StoredLink>>> GetByIdAsync(LinkId id, CancellationToken stopping) => store.One(id, stopping);

    /// <summary>Answers the link that was removed; none where there was none.</summary>
    public Task<Either<StoreFailure, Option<StoredLink>>> DeleteLinkAsync(LinkId id, CancellationToken stopping) =>
        store.Delete(id, stopping);

    public Task<Either<StoreFailure, long>> CountAsync(LinkFilter filter, CancellationToken stopping) => store.Count(filter, stopping);

    /// <summary>Links that lead away from the module's entities.</summary>
    public Task<Either<StoreFailure, long>> CountFromModuleAsync(string module, CancellationToken stopping) =>
        store.Count(new LinkFilter(Source: new LinkEnd(module)), stopping);
}
