using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Message;
using LanguageExt;

namespace Hobom.Slices.Messages;

/// <summary>What becomes of the rows of the message outbox. Pure.</summary>
public static class MessageDecisions
{
    public static readonly RelayRoute Route = new("MESSAGE", "hobom.messages", new Category("menu"));

    internal const string NoRecipient = "the message has no recipient";

    /// <summary>The type of a message whose row names none.</summary>
    const string DefaultType = "MAIL_MESSAGE";

    static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="now">The time of publishing.</param>
    public static DeliveryPlan Plan(IReadOnlyList<OutboxItem<MessagePayload>> items, DateTimeOffset now) =>
        new(items.Select(item => Decide(item, now)));

    public static Either<Refusal, Delivery> Decide(OutboxItem<MessagePayload> item, DateTimeOffset now)
    {
        if (Fault(item) is { } fault) return Refusal.Of(item, Route.Category, fault);
        var id = item.EventId!.Value;
        var value = Encode(item.Payload!, now);
        return new Delivery(
            Route.Topic, id.Value, value,
            [new RecordHeader(RecordHeader.EventId, id.Value), new RecordHeader(RecordHeader.EventType, Route.EventType)],
            [new CarriedEvent(id, new DeadLetterKey(Route.Category, id.Value), value)]);
    }

    static string? Fault(OutboxItem<MessagePayload> item) =>
        RowRules.Fault(item, Route.EventType)
        ?? (item.Payload!.Recipient.Length == 0 ? NoRecipient : null);

    /// <summary>The consumers refuse a value with any field that they do not know: exactly these, and senderId only where there is one.</summary>
    static byte[] Encode(MessagePayload payload, DateTimeOffset now)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Json);
        json.WriteStartObject();
        json.WriteString("type", payload.Type.Length == 0 ? DefaultType : payload.Type);
        json.WriteString("title", payload.Title);
        json.WriteString("body", payload.Body);
        json.WriteString("recipient", payload.Recipient);
        if (payload.SenderId.Length > 0) json.WriteString("senderId", payload.SenderId);
        json.WriteString("sentAt", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'"));
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
