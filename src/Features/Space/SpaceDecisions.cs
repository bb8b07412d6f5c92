using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Space;
using LanguageExt;

namespace Hobom.Slices.Space;

/// <summary>What becomes of the rows of the space outbox. Pure.</summary>
public static class SpaceDecisions
{
    public static readonly RelayRoute Route = new("SPACE_EVENT", "hobom.space-events", new Category("space"));

    static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static DeliveryPlan Plan(IReadOnlyList<OutboxItem<SpaceEventPayload>> items) => new(items.Select(Decide));

    public static Either<Refusal, Delivery> Decide(OutboxItem<SpaceEventPayload> item)
    {
        if (RowRules.Fault(item, Route.EventType) is { } fault) return Refusal.Of(item, Route.Category, fault);
        var id = item.EventId!.Value;
        var value = Encode(item.Payload!);
        return new Delivery(
            Route.Topic, id.Value, value,
            [new RecordHeader(RecordHeader.EventId, id.Value), new RecordHeader(RecordHeader.EventType, Route.EventType)],
            [new CarriedEvent(id, new DeadLetterKey(Route.Category, id.Value), value)]);
    }

    /// <summary>The consumers refuse a value with any field that they do not know, or without one of these.</summary>
    static byte[] Encode(SpaceEventPayload payload)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Json);
        json.WriteStartObject();
        json.WriteString("entityType", payload.EntityType);
        json.WriteString("action", payload.Action);
        json.WriteString("spaceKey", payload.SpaceKey);
        json.WriteNumber("pageId", payload.PageId);
        json.WriteString("title", payload.Title);
        json.WriteString("actorId", payload.ActorId);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
