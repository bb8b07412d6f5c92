using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>The entities that a context's open query has made so far, as events that are still to be written.</summary>
sealed class ReadCapture(OutboxCaptureOptions options, RowJson json, RowEvents events)
{
    readonly ConditionalWeakTable<DbContext, List<OutboxEvent>> noted = [];

    public void Note(MaterializationInterceptionData data)
    {
        var type = data.EntityType;
        if (!options.Read || RowCapture.IsPartOfOwner(type) || type.FindPrimaryKey() is null || !options.Captures(type.ClrType)) return;
        noted.GetOrCreateValue(data.Context).Add(events.OfRead(
            data.Context, type, [.. RowJson.Key(type, data.GetPropertyValue)], json.Read(type, data.GetPropertyValue)));
    }

    /// <summary>They are the caller's to write.</summary>
    public IReadOnlyList<OutboxEvent> Take(DbContext context)
    {
        if (!noted.TryGetValue(context, out var read)) return [];
        noted.Remove(context);
        return read;
    }
}
