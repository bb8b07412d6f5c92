using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>The rows that a save is about to change.</summary>
sealed class RowCapture(OutboxCaptureOptions options, Visibility visibility, RowJson json)
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
        var found = new List<(List<RowPart> Parts, EntityState State)>();
        foreach (var entry in entries.Where(e => !IsPartOfOwner(e.Metadata) && visibility.IsCaptured(e.Metadata)))
        {
            var parts = new List<RowPart> { new(entry, entry.State) };
            AddOwned(parts, entry, owned);
            var state = IsChange(entry.State) ? entry.State
                : parts.Exists(p => IsChange(p.State)) ? EntityState.Modified
                : EntityState.Unchanged;
            if (IsChange(state)) found.Add((parts, state));
        }

        return Rows(context, found);
    }

    /// <summary>
    /// Removals first, as the save sends them: a key may be given again. A row that takes the place of one with its key is an update,
    /// which is what the database gets.
    /// </summary>
    List<CapturedRow> Rows(DbContext context, List<(List<RowPart> Parts, EntityState State)> found)
    {
        var removed = found.Where(r => r.State is EntityState.Deleted).Select(r => r.Parts).ToList();
        var byKey = removed.Select(p => (Key: RowKey.Of(p[0].Entry), Parts: p)).Where(r => r.Key is not null)
            .ToDictionary(r => r.Key!, r => r.Parts);
        var replaced = new HashSet<List<RowPart>>();
        var rows = new List<CapturedRow>();
        foreach (var (parts, state) in found.Where(r => r.State is not EntityState.Deleted))
        {
            var before = state is EntityState.Added ? Replaced(context, parts[0].Entry, byKey) : parts;
            if (before is not null) replaced.Add(before);
            var becomes = before is null ? EntityState.Added : EntityState.Modified;
            if (options.Wants(becomes)) rows.Add(new CapturedRow(parts, becomes, before is null ? null : json.Old(before)));
        }

        if (!options.Wants(EntityState.Deleted)) return rows;
        return [.. removed.Where(p => !replaced.Contains(p)).Select(p => new CapturedRow(p, EntityState.Deleted, json.Old(p))), .. rows];
    }

    /// <summary>The removed row whose place an added one takes; none for one whose key the database is still to give.</summary>
    static List<RowPart>? Replaced(DbContext context, EntityEntry added, Dictionary<RowKey, List<RowPart>> removed) =>
        removed.Count > 0 && RowKey.Of(added) is { } key && removed.TryGetValue(key, out var before)
        && !added.Properties.Any(p => p.Metadata.IsPrimaryKey() && p.IsTemporary)
        && RowJson.TableOf(context, before[0].Entry.Metadata) == RowJson.TableOf(context, added.Metadata)
            ? before
            : null;

    /// <summary>Lies in the row of its owner: in its table, or in a JSON column.</summary>
    public static bool IsPartOfOwner(IReadOnlyEntityType type) =>
        type.FindOwnership() is { } ownership
        && (type.IsMappedToJson()
            || (ownership.IsUnique && type.GetTableName() == ownership.PrincipalEntityType.GetTableName()
                && type.GetSchema() == ownership.PrincipalEntityType.GetSchema()));

    public static bool IsChange(EntityState state) => state is EntityState.Added or EntityState.Modified or EntityState.Deleted;

    static ILookup<RowKey, EntityEntry> Owned(List<EntityEntry> entries) =>
        entries.Where(e => IsPartOfOwner(e.Metadata)).ToLookup(RowKey.OfOwner);

    static void AddOwned(List<RowPart> parts, EntityEntry owner, ILookup<RowKey, EntityEntry> owned)
    {
        if (RowKey.Of(owner) is not { } key) return;
        // One that is replaced shares its key with the one in its place, and both come before what either owns.
        var found = owned[key].Where(e => !parts.Exists(p => ReferenceEquals(p.Entry.Entity, e.Entity))).ToList();
        parts.AddRange(found.Select(e => new RowPart(e, e.State)));
        foreach (var part in found) AddOwned(parts, part, owned);
    }
}
