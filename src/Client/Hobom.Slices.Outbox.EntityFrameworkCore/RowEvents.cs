using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Hobom.Slices.Outbox.EntityFrameworkCore;

/// <summary>A changed row as an event; the triggers of <c>hobom broker capture</c> make the same.</summary>
sealed class RowEvents(OutboxCaptureOptions options, RowJson json)
{
    const int IdLimit = 36;

    const int OrderingKeyLimit = 255;

    /// <summary>What is text stays text: only what JSON must escape is escaped.</summary>
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// After the save: keys that the database generated are known. None of rows that the database did not change; the others' ids are
    /// theirs all the same.
    /// </summary>
    public IReadOnlyList<OutboxEvent> Of(DbContext context, IReadOnlyList<CapturedRow> rows, Save save)
    {
        if (rows.Count == 0) return [];
        var caller = options.Caller?.Invoke(context);
        return
        [
            .. rows.Select((row, index) => (row, index)).Where(r => save.HasWritten(r.row))
                .Select(r => Event(context, r.row, save.EventId(r.index), caller)),
        ];
    }

    /// <summary>One entity that a query has made; each is a read of its own.</summary>
    public OutboxEvent OfRead(
        DbContext context, IReadOnlyEntityType type, List<(string Column, JsonNode? Value)> key, JsonObject row) => Event(
        context, type, "read", key, new JsonObject { ["key"] = KeyObject(key), ["row"] = row }, Guid.CreateVersion7().ToString(),
        options.Caller?.Invoke(context));

    OutboxEvent Event(DbContext context, CapturedRow row, string id, OutboxCaller? caller)
    {
        var key = RowJson.Key(row.Root).ToList();
        return Event(context, row.Root.Metadata, OperationOf(row.State), key, Payload(row, key), id, caller);
    }

    OutboxEvent Event(
        DbContext context, IReadOnlyEntityType type, string operation, List<(string Column, JsonNode? Value)> key, JsonObject payload,
        string id, OutboxCaller? caller)
    {
        var (schema, table) = RowJson.TableOf(context, type);
        var keyText = string.Join(',', key.Select(k => $"{k.Value}"));
        var orderingKey = $"{schema}.{table}/{keyText}";
        return new OutboxEvent
        {
            Id = id,
            Source = options.Source,
            Type = $"{schema}.{table}.{operation}",
            Payload = JsonSerializer.SerializeToUtf8Bytes(payload, Plain),
            SourceModule = options.SourceModule,
            AggregateType = table.Length <= 127 ? table : "",
            AggregateId = keyText.Length <= IdLimit ? keyText : "",
            OrderingKey = Cut(orderingKey),
            Metadata = JsonSerializer.Serialize(new JsonObject { ["table_name"] = table }, Plain),
            UserId = caller?.UserId ?? 0,
            SessionId = caller?.SessionId ?? "",
            Schema = schema,
            Entity = table,
            Operation = operation,
        };
    }

    /// <summary>
    /// Cut, more rows share a key than need to: their order is kept all the same. Half a surrogate pair would be refused at each save.
    /// </summary>
    static string Cut(string orderingKey) =>
        orderingKey.Length <= OrderingKeyLimit ? orderingKey
        : char.IsHighSurrogate(orderingKey[OrderingKeyLimit - 1]) ? orderingKey[..(OrderingKeyLimit - 1)]
        : orderingKey[..OrderingKeyLimit];

    static JsonObject KeyObject(List<(string Column, JsonNode? Value)> key) =>
        new(key.Select(k => KeyValuePair.Create(k.Column, k.Value?.DeepClone())));

    JsonObject Payload(CapturedRow row, List<(string Column, JsonNode? Value)> key)
    {
        var payload = new JsonObject { ["key"] = KeyObject(key) };
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
