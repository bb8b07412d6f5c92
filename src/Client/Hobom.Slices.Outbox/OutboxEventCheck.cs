using System.Text;
using Hobom.Slices.Rows;

namespace Hobom.Slices.Outbox;

/// <summary>The processor's own checks, in its order and its words: what is taken here is taken there.</summary>
static class OutboxEventCheck
{
    const int MetadataBytes = 64 * 1024;

    const int JsonDepth = 64;

    /// <param name="given">With id and instance.</param>
    public static void Check(OutboxEvent given, int payloadBytes)
    {
        Require("id", "event ID", given.Id!);
        Require("source", "event source", given.Source);
        Require("type", "event type", given.Type);
        Require("instance_id", "instance ID", given.InstanceId!);
        Text("id", given.Id!, 255);
        Text("source", given.Source, 255);
        Text("type", given.Type, 255);
        Text("instance_id", given.InstanceId!, 255);
        Text("session_id", given.SessionId, 255);
        Text("schema", given.Schema, 255);
        Text("entity", given.Entity, 255);
        Text("operation", given.Operation, 50);
        Text("source_module", given.SourceModule, 127);
        Text("aggregate_type", given.AggregateType, 127);
        Text("aggregate_id", given.AggregateId, 36);
        Text("ordering_key", given.OrderingKey ?? "", 255);
        if (given.OrderingKey is "") throw new OutboxRefusedException("ordering_key", "ordering_key is empty");
        if (given.Payload is { } payload) CheckPayload(payload.Span, payloadBytes);
        if (given.Metadata is { } metadata) CheckMetadata(metadata);
        if (given.SchemaVersion is { } version and < 1)
            throw new OutboxRefusedException("schema_version", $"schema_version {version} is below 1");
    }

    static void Require(string field, string name, string text)
    {
        if (text.Length == 0) throw new OutboxRefusedException(field, $"{name} is required");
    }

    static void Text(string field, string text, int limit)
    {
        if (text.Length > limit) throw new OutboxRefusedException(field, $"{field} has {text.Length} characters, more than {limit}");
        if (!StoredText.IsKept(text)) throw new OutboxRefusedException(field, $"{field} holds a character that cannot be stored");
    }

    static void CheckPayload(ReadOnlySpan<byte> payload, int limit)
    {
        if (payload.Length > limit)
            throw new OutboxRefusedException("payload", $"payload has {payload.Length} bytes, more than {limit}");
        Json("payload", payload);
    }

    static void CheckMetadata(string metadata)
    {
        var bytes = Encoding.UTF8.GetBytes(metadata);
        if (bytes.Length > MetadataBytes)
            throw new OutboxRefusedException("metadata", $"metadata has {bytes.Length} characters, more than {MetadataBytes}");
        Json("metadata", bytes);
        if (metadata.AsSpan().TrimStart()[0] != '{') throw new OutboxRefusedException("metadata", "metadata is no object");
    }

    static void Json(string field, ReadOnlySpan<byte> json)
    {
        if (StoredText.JsonFault(json, JsonDepth) is { } why)
            throw new OutboxRefusedException(field, $"{field} is no JSON that can be kept: {why}");
    }
}
