using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>A changed row as an event; the triggers of <c>hobom broker capture</c> make the same.</summary>
sealed class RowEvents(OutboxCaptureOptions options, RowJson json)
{
    const int IdLimit = 36;

    const int OrderingKeyLimit = 255;

    /// <summary>What is text stays text: only what JSON must escape is escaped.</summary>
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>After the save: keys that the database generated are known.</summary>
    public IReadOnlyList<OutboxEvent> Of(DbContext context, IReadOnlyList<CapturedRow> rows, Save save)
    {
        if (rows.Count == 0) return [];
        var caller = options.Caller?.Invoke(context);
        return [.. rows.Select((row, index) => Event(context, row, save.EventId(index), caller))];
    }

    OutboxEvent Event(DbContext context, CapturedRow row, string id, OutboxCaller? caller)
    {
        var (schema, table) = RowJson.TableOf(context, row.Root.Metadata);
        var operation = OperationOf(row.State);
        var key = RowJson.Key(row.Root).ToList();
        var keyText = string.Join(',', key.Select(k => $"{k.Value}"));
        var orderingKey = $"{schema}.{table}/{keyText}";
        return new OutboxEvent
        {
            Id = id,
            Source = options.Source,
            Type = $"{schema}.{table}.{operation}",
            Payload = JsonSerializer.SerializeToUtf8Bytes(Payload(row, key), Plain),
            SourceModule = options.SourceModule,
            AggregateType = table.Length <= 127 ? table : "",
            AggregateId = keyText.Length <= IdLimit ? keyText : "",
            // Cut, more rows share a key than need to: their order is kept all the same.
            OrderingKey = orderingKey.Length <= OrderingKeyLimit ? orderingKey : orderingKey[..OrderingKeyLimit],
            Metadata = JsonSerializer.Serialize(new JsonObject { ["table_name"] = table }, Plain),
            UserId = caller?.UserId ?? 0,
            SessionId = caller?.SessionId ?? "",
            Schema = schema,
            Entity = table,
            Operation = operation,
        };
    }

    JsonObject Payload(CapturedRow row, List<(string Column, JsonNode? Value)> key)
    {
        var payload = new JsonObject { ["key"] = new JsonObject(key.Select(k => KeyValuePair.Create(k.Column, k.Value?.DeepClone()))) };
        if (row.Old is { } old) payload["old"] = old.DeepClone();
        if (row.State is not EntityState.Deleted) payload["new"] = json.New(row.Parts);
        return payload;
    }

    static string OperationOf(EntityState state) => state switch
    {
        EntityState.Added => "create",
        EntityState.Modified => "update",
        EntityState.Deleted => "delete",
        EntityState.Detached or EntityState.Unchanged => throw new InvalidOperationException($"no change: {state}"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
