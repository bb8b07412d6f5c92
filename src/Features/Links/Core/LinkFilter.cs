namespace Hobom.Slices.Links;

/// <summary>One end of the links that are meant: a module, a type of its entities, or one entity.</summary>
public sealed record LinkEnd(string Module, string? EntityType = null, string? EntityId = null)
{
    public static LinkEnd Of(EntityRef entity) => new(entity.Module, entity.EntityType, entity.EntityId);

    public bool Fits(EntityRef entity) =>
        Module == entity.Module && (EntityType is null || EntityType == entity.EntityType)
        && (EntityId is null || EntityId == entity.EntityId);
}

/// <summary>Every part that is set must fit.</summary>
/// <param name="Either">At one end or the other.</param>
/// <param name="BothWays">Also links that lead from <paramref name="Target"/> to <paramref name="Source"/>.</param>
public sealed record LinkFilter(
    LinkEnd? Source = null, LinkEnd? Target = null, LinkEnd? Either = null, LinkType? Type = null, bool BothWays = false)
{
    public bool Fits(Link link) =>
        (Type is null || Type == link.Type)
        && (Either is null || Either.Fits(link.Source) || Either.Fits(link.Target))
        && (Leads(link.Source, link.Target) || BothWays && Leads(link.Target, link.Source));

    bool Leads(EntityRef from, EntityRef to) => (Source?.Fits(from) ?? true) && (Target?.Fits(to) ?? true);
}

/// <param name="Limit">At least 1.</param>
/// <param name="After">The last link of the page before; null: the first page.</param>
public sealed record LinkPageRequest(int Limit = LinkPageRequest.UsualLimit, LinkId? After = null)
{
    public const int UsualLimit = 50;
}

/// <param name="Next">For <see cref="LinkPageRequest.After"/>; null on the last page.</param>
public sealed record LinkPage(IReadOnlyList<StoredLink> Links, LinkId? Next);

/// <param name="Existed">The same link was there already, and stays as it was.</param>
public sealed record LinkCreation(StoredLink Link, bool Existed);
