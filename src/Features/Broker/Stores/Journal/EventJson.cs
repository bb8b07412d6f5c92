using System.Text.Json;
using System.Text.Unicode;
using LanguageExt;

namespace Hobom.Slices.Broker.Stores.Journal;

/// <summary>
/// An event as JSON with the contract's keys, for other programs to read too. The payload's bytes stay as they are: as they
/// stand where they are one JSON value, else as base64 under a key of its own.
/// </summary>
static class EventJson
{
    public static byte[] Write(BrokerEvent given)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("id", given.Id);
            json.WriteString("source", given.Source);
            json.WriteString("type", given.Type);
            json.WriteString("status", EventStatus.Pending.Word());
            json.WriteNumber("retry_count", 0);
            given.Payload.IfSome(payload => WritePayload(json, payload));
            json.WriteNumber("user_id", given.UserId);
            json.WriteString("session_id", given.SessionId);
            json.WriteString("instance_id", given.InstanceId);
            json.WriteString("schema", given.Schema);
            json.WriteString("entity", given.Entity);
            json.WriteString("operation", given.Operation);
            json.WriteString("created_at", given.CreatedAt);
            if (given.Metadata is { } metadata) WriteMetadata(json, metadata);
            if (given.SourceModule.Length > 0) json.WriteString("source_module", given.SourceModule);
            if (given.AggregateType.Length > 0) json.WriteString("aggregate_type", given.AggregateType);
            if (given.AggregateId.Length > 0) json.WriteString("aggregate_id", given.AggregateId);
            if (given.OrderingKey is { } key) json.WriteString("ordering_key", key);
            if (given.SchemaVersion is { } version) json.WriteNumber("schema_version", version);
            if (given.AvailableAt is { } available) json.WriteString("available_at", available);
            if (given.Unreadable is { } reason) json.WriteString("unreadable", reason);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <exception cref="JsonException">It is no event, and so are <see cref="InvalidOperationException"/> and
    /// <see cref="FormatException"/>.</exception>
    public static BrokerEvent Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new BrokerEvent
        {
            Id = Text("id"), Source = Text("source"), Type = Text("type"), Payload = PayloadOf(root), UserId = Number("user_id") ?? 0,
            SessionId = Text("session_id"), InstanceId = Text("instance_id"), Schema = Text("schema"), Entity = Text("entity"),
            Operation = Text("operation"), CreatedAt = Time("created_at") ?? default,
            Metadata = Optional("metadata_text") ?? MetadataOf(root),
            SourceModule = Text("source_module"), AggregateType = Text("aggregate_type"), AggregateId = Text("aggregate_id"),
            // An empty one is an older build's: it had taken a CloudEvent's.
            OrderingKey = Optional("ordering_key") is { Length: > 0 } key ? key : null,
            SchemaVersion = (int?)Number("schema_version"), AvailableAt = Time("available_at"), Unreadable = Optional("unreadable"),
        };

        string? Optional(string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;
        string Text(string name) => Optional(name) ?? "";
        long? Number(string name) => root.TryGetProperty(name, out var value) ? value.GetInt64() : null;
        DateTimeOffset? Time(string name) => root.TryGetProperty(name, out var value) ? value.GetDateTimeOffset() : null;
    }

    /// <summary>The contract's object; and as text, for its own bytes are kept too, whatever they are.</summary>
    static void WriteMetadata(Utf8JsonWriter json, string metadata)
    {
        json.WriteString("metadata_text", metadata);
        if (!IsOneValue(System.Text.Encoding.UTF8.GetBytes(metadata))) return;
        json.WritePropertyName("metadata");
        json.WriteRawValue(metadata, skipInputValidation: true);
    }

    /// <summary>Of an event that another program wrote.</summary>
    static string? MetadataOf(JsonElement root) =>
        root.TryGetProperty("metadata", out var given) && given.ValueKind == JsonValueKind.Object ? given.GetRawText() : null;

    static void WritePayload(Utf8JsonWriter json, ReadOnlyMemory<byte> payload)
    {
        if (IsOneValue(payload.Span))
        {
            json.WritePropertyName("payload");
            json.WriteRawValue(payload.Span, skipInputValidation: true);
        }
        else
        {
            json.WriteBase64String("payload_base64", payload.Span);
        }
    }

    static Option<ReadOnlyMemory<byte>> PayloadOf(JsonElement root) =>
        root.TryGetProperty("payload", out var raw)
            ? Option<ReadOnlyMemory<byte>>.Some(System.Text.Encoding.UTF8.GetBytes(raw.GetRawText()))
        : root.TryGetProperty("payload_base64", out var base64) ? Option<ReadOnlyMemory<byte>>.Some(base64.GetBytesFromBase64())
        : default;

    /// <summary>With nothing around it, which reading it back would lose.</summary>
    static bool IsOneValue(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty || payload[0] <= ' ' || payload[^1] <= ' ' || !Utf8.IsValid(payload)) return false;
        try
        {
            var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 60 });
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
