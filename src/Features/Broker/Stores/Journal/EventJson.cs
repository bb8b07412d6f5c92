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

    /// <param name="json">As this program writes it; what another wrote is an event by this too where it can be read so.</param>
    /// <exception cref="JsonException">It is no event, and so are <see cref="InvalidOperationException"/> and
    /// <see cref="FormatException"/>.</exception>
    public static BrokerEvent Read(ReadOnlyMemory<byte> json) => Compose(json, byContract: false);

    /// <summary>As the contract has it and callers write it: a null is a member that is not there.</summary>
    /// <exception cref="JsonException">As <see cref="Read"/>; the others' messages name the member.</exception>
    public static BrokerEvent ReadForeign(ReadOnlyMemory<byte> json) => Compose(json, byContract: true);

    /// <summary>What every build makes of an entry of the log: that may not change, so the contract has a way of its own.</summary>
    static BrokerEvent Compose(ReadOnlyMemory<byte> json, bool byContract)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (root.ValueKind is not JsonValueKind.Object) throw new FormatException("it is no JSON object");
        return new BrokerEvent
        {
            Id = Text("id"), Source = Text("source"), Type = Text("type"), Payload = PayloadOf(root), UserId = Number("user_id") ?? 0,
            SessionId = Text("session_id"), InstanceId = Text("instance_id"), Schema = Text("schema"), Entity = Text("entity"),
            Operation = Text("operation"), CreatedAt = Time("created_at") ?? default,
            Metadata = Optional("metadata_text") ?? MetadataOf(root, byContract),
            SourceModule = Text("source_module"), AggregateType = Text("aggregate_type"), AggregateId = Text("aggregate_id"),
            // An empty one is an older build's: it had taken a CloudEvent's.
            OrderingKey = Optional("ordering_key") is { Length: > 0 } key ? key : null,
            SchemaVersion = Version(), AvailableAt = Time("available_at"), Unreadable = Optional("unreadable"),
        };

        string? Optional(string name) => Member(name) is { } value ? Of(name, "text", value.GetString) : null;
        string Text(string name) => Optional(name) ?? "";
        long? Number(string name) => Member(name) is { } value ? Of(name, "whole number", value.GetInt64) : null;
        DateTimeOffset? Time(string name) => Member(name) is { } value ? Of(name, "RFC 3339 time", value.GetDateTimeOffset) : null;

        int? Version() => Number("schema_version") is not { } version ? null
            : byContract && version is < int.MinValue or > int.MaxValue ? throw new FormatException("schema_version is no version")
            : unchecked((int)version);

        JsonElement? Member(string name) =>
            root.TryGetProperty(name, out var value) && !(byContract && value.ValueKind is JsonValueKind.Null) ? value : null;
    }

    static T Of<T>(string name, string wanted, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception other) when (other is InvalidOperationException or FormatException)
        {
            throw new FormatException($"{name} is no {wanted}", other);
        }
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
    static string? MetadataOf(JsonElement root, bool byContract) =>
        !root.TryGetProperty("metadata", out var given) ? null
        : given.ValueKind is JsonValueKind.Object ? given.GetRawText()
        : byContract && given.ValueKind is not JsonValueKind.Null ? throw new FormatException("metadata is no object")
        : null;

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
