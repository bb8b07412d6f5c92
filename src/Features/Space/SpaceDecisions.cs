using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Space;
using LanguageExt;

namespace Hobom.Slices.Space;

/// <summary>What becomes of the rows of the space outbox. Pure.</summary>
public static class SpaceDecisions
{
    public static readonly RelayRoute Route = new("SPACE_EVENT", "hobom.space-events", new Category("space"));

    public static DeliveryPlan Plan(IEnumerable<OutboxItem<SpaceEventPayload>> items) => new(items.Select(Decide));

    public static Either<Refusal, Delivery> Decide(OutboxItem<SpaceEventPayload> item)
    {
        if (RowRules.Fault(item, Route.EventType) is { } fault) return Refusal.Of(item, Route.Category, fault);
        var id = item.EventId!.Value;
        var value = SpaceRecord.Shape.Encode(item.Payload!);
        return new Delivery(
            Route.Topic, id.Value, value,
            [new RecordHeader(RecordHeader.EventId, id.Value), new RecordHeader(RecordHeader.EventType, Route.EventType)],
            [new CarriedEvent(id, new DeadLetterKey(Route.Category, id.Value), value)]);
    }
}
