using System.Text;
using System.Text.Json;
using LanguageExt;

namespace Hobom.Slices.Broker.Endpoints;

/// <param name="Field">The member at fault.</param>
sealed record BodyFault(string Text, string? Field);

/// <summary>An event as callers write it: the contract's names. The payload's bytes are cut out of the body as they are.</summary>
static class EventBody
{
    static readonly System.Collections.Generic.HashSet<string> Members = new(StringComparer.Ordinal)
    {
        "id", "source", "type", "payload", "user_id", "session_id", "instance_id", "schema", "entity", "operation", "source_module",
        "aggregate_type", "aggregate_id", "ordering_key", "schema_version", "metadata", "created_at", "available_at",
        // Of an event that was read here: the broker sets them itself.
        "status", "retry_count", "error", "processed_at", "completed_at", "handlings", "no_consumer_since", "expired_at",
    };

    /// <param name="instance">For events that name none.</param>
    public static Either<BodyFault, BrokerEvent> Read(JsonElement body, string instance)
    {
        if (body.ValueKind is not JsonValueKind.Object) return new BodyFault("an event is a JSON object", null);
        if (body.EnumerateObject()
                .FirstOrDefault(m => !Members.Contains(m.Name)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
            return new BodyFault($"'{unknown.Name}' is no field of an event", unknown.Name);
        try
        {
            return Compose(body, instance);
        }
        catch (BadMemberException bad)
        {
            return new BodyFault($"{bad.Member} is no {bad.Wanted}", bad.Member);
        }
    }

    static BrokerEvent Compose(JsonElement body, string instance) => new()
    {
        // Where the caller has none the event gets one: its repeat is then another event.
        Id = body.TryGetProperty("id", out _) ? Text(body, "id") : Guid.NewGuid().ToString(),
        Source = Text(body, "source"),
        Type = Text(body, "type"),
        Payload = body.TryGetProperty("payload", out var payload)
            ? Option<ReadOnlyMemory<byte>>.Some(Encoding.UTF8.GetBytes(payload.GetRawText()))
            : default,
        UserId = Whole(body, "user_id") ?? 0,
        SessionId = Text(body, "session_id"),
        InstanceId = body.TryGetProperty("instance_id", out _) ? Text(body, "instance_id") : instance,
        Schema = Text(body, "schema"),
        Entity = Text(body, "entity"),
        Operation = Text(body, "operation"),
        SourceModule = Text(body, "source_module"),
        AggregateType = Text(body, "aggregate_type"),
        AggregateId = Text(body, "aggregate_id"),
        OrderingKey = Text(body, "ordering_key") is { Length: > 0 } key ? key : null,
        SchemaVersion = (int?)Whole(body, "schema_version"),
        Metadata = body.TryGetProperty("metadata", out var metadata) && metadata.ValueKind is not JsonValueKind.Null
            ? metadata.GetRawText()
            : null,
        CreatedAt = Time(body, "created_at") ?? default,
        AvailableAt = Time(body, "available_at"),
    };

    static string Text(JsonElement body, string member) =>
        !body.TryGetProperty(member, out var value) || value.ValueKind is JsonValueKind.Null ? ""
        : value.ValueKind is JsonValueKind.String ? value.GetString()!
        : throw new BadMemberException(member, "text");

    static long? Whole(JsonElement body, string member) =>
        !body.TryGetProperty(member, out var value) || value.ValueKind is JsonValueKind.Null ? null
        : value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number)
            && (member != "schema_version" || number is >= int.MinValue and <= int.MaxValue) ? number
        : throw new BadMemberException(member, "whole number");

    static DateTimeOffset? Time(JsonElement body, string member) =>
        !body.TryGetProperty(member, out var value) || value.ValueKind is JsonValueKind.Null ? null
        : value.ValueKind is JsonValueKind.String && value.TryGetDateTimeOffset(out var time) ? time
        : throw new BadMemberException(member, "RFC 3339 time");

    sealed class BadMemberException(string member, string wanted) : Exception
    {
        public string Member => member;

        public string Wanted => wanted;
    }
}
