using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Message;
using LanguageExt;

namespace Hobom.Slices.Messages;

/// <summary>What becomes of the rows of the message outbox. Pure.</summary>
public static class MessageDecisions
{
    public static readonly RelayRoute Route = new("MESSAGE", "hobom.messages", new Category("menu"));

    internal const string NoRecipient = "the message has no recipient";

    /// <param name="now">The time of publishing.</param>
    public static DeliveryPlan Plan(IEnumerable<OutboxItem<MessagePayload>> items, DateTimeOffset now) =>
        new(items.Select(item => Decide(item, now)));

    public static Either<Refusal, Delivery> Decide(OutboxItem<MessagePayload> item, DateTimeOffset now)
    {
        if (Fault(item) is { } fault) return Refusal.Of(item, Route.Category, fault);
        var id = item.EventId!.Value;
        var value = MessageRecord.Shape.Encode(new MessageRecord(item.Payload!, now));
        return new Delivery(
            Route.Topic, id.Value, value,
            [new RecordHeader(RecordHeader.EventId, id.Value), new RecordHeader(RecordHeader.EventType, Route.EventType)],
            [new CarriedEvent(id, new DeadLetterKey(Route.Category, id.Value), value)]);
    }

    static string? Fault(OutboxItem<MessagePayload> item) =>
        RowRules.Fault(item, Route.EventType)
        ?? (item.Payload!.Recipient.Length == 0 ? NoRecipient : null);
}
