using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>
/// What a context was about to save. A save whose events cannot be written is taken back after its context took it for done: without
/// this, the next one would find nothing to do, and the commit would be of nothing. Keys that the database gave stay.
/// </summary>
sealed class TrackedChanges
{
    readonly IReadOnlyList<Change>? changes;

    TrackedChanges(IReadOnlyList<Change>? changes) => this.changes = changes;

    public static TrackedChanges Of(DbContext context)
    {
        var changed = context.ChangeTracker.Entries().Where(e => RowCapture.IsChange(e.State)).ToList();
        return new TrackedChanges(changed.Exists(e => HasComplexCollection(e.Metadata)) ? null : [.. changed.Select(Change.Of)]);
    }

    /// <summary>
    /// Not where a row took the place of a removed one, or something was removed from a JSON column: the context has given its key away.
    /// Nor where an entity has complex collections: Entity Framework 10 does not survive that the original of one is set.
    /// </summary>
    /// <returns>Whether the context has them all again.</returns>
    public bool Restore()
    {
        if (changes is null) return false;
        var removed = In(EntityState.Deleted).Select(c => RowKey.Of(c.Entry)).ToHashSet();
        if (In(EntityState.Added).Any(c => removed.Contains(RowKey.Of(c.Entry)))) return false;
        if (In(EntityState.Deleted).Any(c => c.Entry.Metadata.IsMappedToJson() && !removed.Contains(RowKey.OfOwner(c.Entry)))) return false;
        try
        {
            foreach (var change in changes) change.Restore();
        }
        catch (InvalidOperationException)
        {
            return false;
        }

        return changes.All(c => c.Entry.State == c.State);
    }

    static bool HasComplexCollection(IReadOnlyTypeBase type) =>
        type.GetComplexProperties().Any(c => c.IsCollection || HasComplexCollection(c.ComplexType));

    IEnumerable<Change> In(EntityState state) => changes!.Where(c => c.State == state);

    /// <param name="Original">Null of a row that is new.</param>
    /// <param name="Modified">Properties that the save writes, those of complex parts too.</param>
    sealed record Change(EntityEntry Entry, EntityState State, PropertyValues? Original, IReadOnlyList<PropertyEntry> Modified)
    {
        public static Change Of(EntityEntry entry) => new(
            entry, entry.State, entry.State is EntityState.Added ? null : entry.OriginalValues.Clone(),
            entry.State is EntityState.Modified
                ? [.. entry.Properties.Concat(entry.ComplexProperties.SelectMany(Properties)).Where(p => p.IsModified)]
                : []);

        public void Restore()
        {
            if (State is not EntityState.Modified) Entry.State = State;
            if (Original is not null) Entry.OriginalValues.SetValues(Original);
            foreach (var property in Modified) property.IsModified = true;
            if (Entry.State != State) Entry.State = State;
        }

        static IEnumerable<PropertyEntry> Properties(ComplexPropertyEntry part) =>
            part.Properties.Concat(part.ComplexProperties.SelectMany(Properties));
    }
}
