using System.Collections;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>Where in a row's JSON its owned parts go: flat into their owner's place, or under their name in a JSON column.</summary>
/// <param name="isNew">The row as it becomes: lists are in the order of the entity's own, else in that of the column.</param>
sealed class JsonPlaces(EntityEntry root, JsonObject row, bool isNew)
{
    readonly Dictionary<RowKey, (EntityEntry Entry, JsonObject Place)> places =
        RowKey.Of(root) is { } key ? new() { [key] = (root, row) } : [];
    readonly Dictionary<JsonArray, List<int>> positions = [];
    readonly Dictionary<object, Dictionary<object, int>> orders = new(ReferenceEqualityComparer.Instance);

    /// <param name="part">After its owner.</param>
    /// <returns>For the part's columns.</returns>
    public JsonObject Add(EntityEntry part)
    {
        var owner = places.TryGetValue(RowKey.OfOwner(part), out var known) ? known : (Entry: root, Place: row);
        var place = part.Metadata.IsMappedToJson() ? Inner(part, owner.Entry, owner.Place) : owner.Place;
        places[RowKey.Of(part)!] = (part, place);
        return place;
    }

    JsonObject Inner(EntityEntry part, EntityEntry owner, JsonObject outer)
    {
        var ownership = part.Metadata.FindOwnership()!;
        var navigation = ownership.PrincipalToDependent!;
        var name = ownership.PrincipalEntityType.IsMappedToJson()
            ? part.Metadata.GetJsonPropertyName() ?? navigation.Name
            : part.Metadata.GetContainerColumnName()!;
        var inner = new JsonObject();
        if (ownership.IsUnique)
        {
            outer[name] = inner;
            return inner;
        }

        if (outer[name] is not JsonArray list) outer[name] = list = [];
        if (!positions.TryGetValue(list, out var taken)) positions[list] = taken = [];
        var position = isNew ? PlaceInList(part, owner, navigation) : PlaceInColumn(part);
        var at = taken.FindLastIndex(p => p <= position) + 1;
        taken.Insert(at, position);
        list.Insert(at, inner);
        return inner;
    }

    int PlaceInList(EntityEntry part, EntityEntry owner, INavigation navigation)
    {
        if (owner.Collection(navigation).CurrentValue is not { } list) return int.MaxValue;
        if (!orders.TryGetValue(list, out var order))
        {
            order = new Dictionary<object, int>(ReferenceEqualityComparer.Instance);
            foreach (var entity in (IEnumerable)list) order.TryAdd(entity, order.Count);
            orders[list] = order;
        }

        return order.TryGetValue(part.Entity, out var at) ? at : int.MaxValue;
    }

    /// <summary>The last part of the key of an element, which Entity Framework counts as it reads.</summary>
    static int PlaceInColumn(EntityEntry part) =>
        part.OriginalValues[part.Metadata.FindPrimaryKey()!.Properties[^1]] is int place ? place : int.MaxValue;
}
