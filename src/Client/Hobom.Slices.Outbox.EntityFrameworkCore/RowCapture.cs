using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>The rows that a save is about to change.</summary>
sealed class RowCapture(OutboxCaptureOptions options, RowJson json)
{
    /// <summary>Before the save: what was changed is looked for, as the save itself will.</summary>
    public IReadOnlyList<CapturedRow> CaptureAhead(DbContext context)
    {
        if (context.ChangeTracker.DeleteOrphansTiming is CascadeTiming.OnSaveChanges
            || context.ChangeTracker.CascadeDeleteTiming is CascadeTiming.OnSaveChanges) context.ChangeTracker.CascadeChanges();
        return Capture(context);
    }

    /// <summary>
    /// In the middle of the save, before changes are accepted: nothing is looked for any more. A look would take keys for final
    /// that the database generated in a try that may yet fail.
    /// </summary>
    public IReadOnlyList<CapturedRow> CaptureWithin(DbContext context)
    {
        var looks = context.ChangeTracker.AutoDetectChangesEnabled;
        try
        {
            context.ChangeTracker.AutoDetectChangesEnabled = false;
            return Capture(context);
        }
        finally
        {
            context.ChangeTracker.AutoDetectChangesEnabled = looks;
        }
    }

    IReadOnlyList<CapturedRow> Capture(DbContext context)
    {
        var entries = context.ChangeTracker.Entries().ToList();
        if (!entries.Exists(e => IsChange(e.State))) return [];
        var owned = Owned(entries);
        var rows = new List<CapturedRow>();
        foreach (var entry in entries.Where(e => !IsPartOfOwner(e.Metadata) && options.Captures(e.Metadata.ClrType)))
        {
            var parts = new List<RowPart> { new(entry, entry.State) };
            AddOwned(parts, entry, owned);
            var state = IsChange(entry.State) ? entry.State
                : parts.Exists(p => IsChange(p.State)) ? EntityState.Modified
                : EntityState.Unchanged;
            if (options.Wants(state)) rows.Add(new CapturedRow(parts, state, state is EntityState.Added ? null : json.Old(parts)));
        }

        return rows;
    }

    /// <summary>Lies in the row of its owner: in its table, or in a JSON column.</summary>
    public static bool IsPartOfOwner(IReadOnlyEntityType type) =>
        type.FindOwnership() is { } ownership
        && (type.IsMappedToJson()
            || (ownership.IsUnique && type.GetTableName() == ownership.PrincipalEntityType.GetTableName()
                && type.GetSchema() == ownership.PrincipalEntityType.GetSchema()));

    static bool IsChange(EntityState state) => state is EntityState.Added or EntityState.Modified or EntityState.Deleted;

    static ILookup<OwnerKey, EntityEntry> Owned(List<EntityEntry> entries) =>
        entries.Where(e => IsPartOfOwner(e.Metadata)).ToLookup(e =>
        {
            var ownership = e.Metadata.FindOwnership()!;
            return OwnerKey.Of(ownership.PrincipalEntityType.GetRootType(), ownership.Properties.Select(p => e.Property(p).CurrentValue));
        });

    static void AddOwned(List<RowPart> parts, EntityEntry owner, ILookup<OwnerKey, EntityEntry> owned)
    {
        if (owner.Metadata.FindPrimaryKey() is not { } key) return;
        foreach (var part in owned[OwnerKey.Of(owner.Metadata.GetRootType(), key.Properties.Select(p => owner.Property(p).CurrentValue))])
        {
            if (parts.Exists(p => ReferenceEquals(p.Entry.Entity, part.Entity))) continue;
            parts.Add(new RowPart(part, part.State));
            AddOwned(parts, part, owned);
        }
    }

    /// <summary>Which owner: its type, and its key as text that two keys share only when they are the same.</summary>
    readonly record struct OwnerKey(IReadOnlyEntityType Type, string Key)
    {
        public static OwnerKey Of(IReadOnlyEntityType type, IEnumerable<object?> values) =>
            new(type, JsonSerializer.Serialize(values.Select(v => Convert.ToString(v, CultureInfo.InvariantCulture))));
    }
}
