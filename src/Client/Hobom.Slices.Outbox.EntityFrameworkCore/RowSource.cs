using System.Collections;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>Where the values of a row, or of an object in a JSON column, are read.</summary>
/// <param name="Value">Of a property of the entity, of what it is flattened from, or of the object.</param>
/// <param name="Part">What a complex property is read from, which is no collection; null where it is null.</param>
/// <param name="List">Likewise of each element of a complex collection; null where that is null.</param>
sealed record RowSource(
    Func<IProperty, object?> Value, Func<IComplexProperty, RowSource?> Part, Func<IComplexProperty, IEnumerable<RowSource?>?> List)
{
    /// <summary>JSON columns are there.</summary>
    public bool HasJson { get; private init; } = true;

    public static RowSource Current(EntityEntry entry) => Of(entry.CurrentValues, (_, list) => Objects(list));

    public static RowSource Original(EntityEntry entry) =>
        Of(entry.OriginalValues, (c, list) => Originals(CollectionOf(entry, c), (IList?)list));

    /// <summary>As a query makes an entity: what lies in JSON columns is put into it later.</summary>
    /// <param name="value">Of the entity's own properties.</param>
    public static RowSource Read(Func<IPropertyBase, object?> value, object entity)
    {
        RowSource row = null!;
        row = new RowSource(
            p => p.DeclaringType is IEntityType ? value(p) : OfEntity(p), c => c.IsNullable && OfEntity(c) is null ? null : row, _ => null)
        {
            HasJson = false,
        };
        return row;

        object? OfEntity(IPropertyBase property) => property.GetGetter().GetClrValueUsingContainingEntity(entity);
    }

    static RowSource Of(PropertyValues values, Func<IComplexProperty, IEnumerable?, IEnumerable<RowSource?>?> list)
    {
        RowSource row = null!;
        row = new RowSource(p => values[p], c => c.IsNullable && PartIn(values, c) is null ? null : row, c => list(c, values[c]));
        return row;
    }

    /// <summary>Whose values need not be the original ones, though it was there.</summary>
    static object? PartIn(PropertyValues values, IComplexProperty property) =>
        property.DeclaringType is IComplexType type ? In(PartIn(values, type.ComplexProperty), property) : values[property.Name];

    static RowSource Object(object instance) => new(
        p => In(instance, p), c => In(instance, c) is { } part ? Object(part) : null, c => Objects((IEnumerable?)In(instance, c)));

    static IEnumerable<RowSource?>? Objects(IEnumerable? list) => list?.Cast<object?>().Select(e => e is null ? null : Object(e));

    /// <param name="copies">
    /// That Entity Framework makes of the original values: as many as there were, with their lists; but what else is complex in them need
    /// not be the original.
    /// </param>
    static IEnumerable<RowSource?>? Originals(ComplexCollectionEntry entries, IList? copies) =>
        copies?.Cast<object?>().Select((copy, at) => copy is null ? null : Original(entries.GetOriginalEntry(at), copy));

    static RowSource Original(ComplexElementEntry element, object copy) => new(
        p => element.Property(p).OriginalValue, c => Original(element.ComplexProperty(c), In(copy, c)),
        c => Originals(element.ComplexCollection(c), (IList?)In(copy, c)));

    static RowSource Original(ComplexPropertyEntry part, object? copy) => new(
        p => part.Property(p).OriginalValue, c => Original(part.ComplexProperty(c), In(copy, c)),
        c => Originals(part.ComplexCollection(c), (IList?)In(copy, c)));

    static object? In(object? instance, IPropertyBase property) =>
        instance is null ? null : property.GetGetter().GetClrValue(instance);

    static ComplexCollectionEntry CollectionOf(EntityEntry entry, IComplexProperty property) =>
        property.DeclaringType is IComplexType type
            ? PartOf(entry, type.ComplexProperty).ComplexCollection(property)
            : entry.ComplexCollection(property);

    static ComplexPropertyEntry PartOf(EntityEntry entry, IComplexProperty property) =>
        property.DeclaringType is IComplexType type
            ? PartOf(entry, type.ComplexProperty).ComplexProperty(property)
            : entry.ComplexProperty(property);
}
