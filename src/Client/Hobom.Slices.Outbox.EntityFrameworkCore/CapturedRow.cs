using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>An entry that is part of a row, with its state before the save.</summary>
readonly record struct RowPart(EntityEntry Entry, EntityState State);

/// <summary>One row of a table, and what is to become of it: an entity with what it owns in the same row.</summary>
/// <param name="Parts">The entity first, then what it owns there, an owner before what it owns.</param>
/// <param name="Old">The values before; null of a row that is new.</param>
sealed record CapturedRow(IReadOnlyList<RowPart> Parts, EntityState State, JsonObject? Old)
{
    public EntityEntry Root => Parts[0].Entry;
}
