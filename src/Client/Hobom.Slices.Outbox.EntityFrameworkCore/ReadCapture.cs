using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>The entities that a context's open query has made so far, as events that are still to be written.</summary>
sealed class ReadCapture(
    OutboxCaptureOptions options, Visibility visibility, NamedMembers named, RowJson json, RowEvents events, OutboxWriter writer)
{
    readonly ConditionalWeakTable<DbContext, List<OutboxEvent>> noted = [];

    /// <param name="entity">With all that the query read of it.</param>
    public void Note(MaterializationInterceptionData data, object entity)
    {
        var type = data.EntityType;
        if (!options.Read || RowCapture.IsPartOfOwner(type) || type.FindPrimaryKey() is null || !visibility.IsCaptured(type)) return;
        named.Check(data.Context.Model);
        noted.GetOrCreateValue(data.Context).Add(events.OfRead(
            data.Context, type, [.. RowJson.Key(type, data.GetPropertyValue)],
            json.Read(type, RowSource.Read(data.GetPropertyValue, entity))));
    }

    /// <param name="reader">The query's, which is closed first: a connection may have one at a time.</param>
    public void Write(DbContext context, DbCommand command, DbDataReader reader)
    {
        if (Take(context) is not { Count: > 0 } read) return;
        reader.Close();
        using var own = OpensOwn(context, command) ? command.Connection!.BeginTransaction() : null;
        foreach (var given in read) writer.Write(command.Connection!, own ?? command.Transaction, given);
        own?.Commit();
    }

    /// <inheritdoc cref="Write"/>
    public async Task WriteAsync(DbContext context, DbCommand command, DbDataReader reader)
    {
        if (Take(context) is not { Count: > 0 } read) return;
        await reader.CloseAsync().ConfigureAwait(false);
        var own = OpensOwn(context, command) ? await command.Connection!.BeginTransactionAsync().ConfigureAwait(false) : null;
        try
        {
            foreach (var given in read)
            {
                await writer.WriteAsync(command.Connection!, own ?? command.Transaction, given, CancellationToken.None)
                    .ConfigureAwait(false);
            }

            if (own is not null) await own.CommitAsync().ConfigureAwait(false);
        }
        finally
        {
            if (own is not null) await own.DisposeAsync().ConfigureAwait(false);
        }
    }

    static bool OpensOwn(DbContext context, DbCommand command) =>
        command.Transaction is null && RunningTransaction.OfEnvironment(context) is null;

    IReadOnlyList<OutboxEvent> Take(DbContext context)
    {
        if (!noted.TryGetValue(context, out var read)) return [];
        noted.Remove(context);
        return read;
    }
}
