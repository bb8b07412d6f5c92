using System.Diagnostics;

namespace Hobom.Slices.Links;

/// <summary>An entity of a module; every text opaque.</summary>
/// <param name="Module">At most 127 characters, as <paramref name="EntityType"/>.</param>
/// <param name="EntityId">At most 36.</param>
public sealed record EntityRef(string Module, string EntityType, string EntityId);

/// <summary>The contract's three. They are labels: nothing is deleted or enforced by them.</summary>
public enum LinkType
{
    Reference,
    Cascade,
    AggregateRoot,
}

/// <summary>Two links are the same when both ends and the type are.</summary>
/// <param name="Metadata">A JSON object as text, or null.</param>
public sealed record Link(EntityRef Source, EntityRef Target, LinkType Type = LinkType.Reference, string? Metadata = null)
{
    public LinkIdentity Identity => new(Source, Target, Type);
}

public sealed record LinkIdentity(EntityRef Source, EntityRef Target, LinkType Type);

/// <summary>Opaque text: a UUID, but for rows that another program wrote into SQLite.</summary>
public readonly record struct LinkId(string Value)
{
    public override string ToString() => Value;
}

public sealed record StoredLink(LinkId Id, Link Link, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public static class LinkTypes
{
    public static IReadOnlyList<LinkType> All { get; } = Enum.GetValues<LinkType>();

    /// <summary>As it is stored and shown.</summary>
    public static string Word(this LinkType type) => type switch
    {
        LinkType.Reference => "reference",
        LinkType.Cascade => "cascade",
        LinkType.AggregateRoot => "aggregate_root",
        _ => throw new UnreachableException(),
    };

    /// <summary>Null where it is none of the three.</summary>
    public static LinkType? Of(string word) => All.Cast<LinkType?>().FirstOrDefault(t => t!.Value.Word() == word);
}
