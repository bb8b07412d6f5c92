using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>Which row of a hierarchy of types: its key, compared as Entity Framework compares keys.</summary>
sealed class RowKey : IEquatable<RowKey>
{
    readonly IEntityType type;
    readonly IReadOnlyList<IProperty> properties;
    readonly object?[] values;

    RowKey(IEntityType type, IReadOnlyList<IProperty> properties, IEnumerable<object?> values) =>
        (this.type, this.properties, this.values) = (type, properties, [.. values]);

    /// <returns>Null where the type has no key.</returns>
    public static RowKey? Of(EntityEntry entry) => entry.Metadata.FindPrimaryKey() is { } key
        ? new RowKey(entry.Metadata.GetRootType(), key.Properties, key.Properties.Select(p => entry.Property(p).CurrentValue))
        : null;

    /// <summary>Of an owned part's owner, as the part refers to it.</summary>
    public static RowKey OfOwner(EntityEntry part)
    {
        var ownership = part.Metadata.FindOwnership()!;
        return new RowKey(
            ownership.PrincipalEntityType.GetRootType(), ownership.PrincipalKey.Properties,
            ownership.Properties.Select(p => part.Property(p).CurrentValue));
    }

    public bool Equals(RowKey? other) =>
        other is not null && type == other.type && properties.Count == other.properties.Count
        && Enumerable.Range(0, values.Length).All(i => properties[i].GetKeyValueComparer().Equals(values[i], other.values[i]));

    public override bool Equals(object? obj) => Equals(obj as RowKey);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.Add(type);
        foreach (var (property, value) in properties.Zip(values))
            hash.Add(value is null ? 0 : property.GetKeyValueComparer().GetHashCode(value));
        return hash.ToHashCode();
    }
}
