using System.Text;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Simulation;

/// <summary>Refuses what has no payload, and puts so many of the others into each record.</summary>
static class SamplePlan
{
    public static DeliveryPlan Of(IReadOnlyList<OutboxItem<string>> rows, int eventsPerRecord) => new(
        rows.Where(r => FaultOf(r) is not null).Select(Refuse)
            .Concat(rows.Where(r => FaultOf(r) is null).Chunk(eventsPerRecord).Select(Either<Refusal, Delivery> (r) => Deliver(r))));

    public static ReadOnlyMemory<byte> PayloadOf(OutboxItem<string> row) => Encoding.UTF8.GetBytes($"[{row.Payload}]");

    /// <summary>As a replay sends a letter.</summary>
    public static Delivery Again(DeadLetter letter) => new(
        letter.Topic, letter.RecordKey, letter.Payload, letter.Headers,
        [new CarriedEvent(letter.EventId!.Value, letter.Key, letter.Payload)]);

    static string? FaultOf(OutboxItem<string> row) => RowRules.Fault(row, World.Route.EventType);

    static Either<Refusal, Delivery> Refuse(OutboxItem<string> row) => Refusal.Of(row, World.Route.Category, FaultOf(row)!);

    static Delivery Deliver(OutboxItem<string>[] rows)
    {
        var carried = rows.Select(row =>
            new CarriedEvent(row.EventId!.Value, new DeadLetterKey(World.Route.Category, row.EventId.Value.Value), PayloadOf(row))).ToArray();
        return new Delivery(
            World.Route.Topic, carried[0].Id.Value, carried.SelectMany(e => e.LetterPayload().ToArray()).ToArray(),
            [.. carried.Select(e => new RecordHeader(RecordHeader.EventId, e.Id.Value))], carried)
        {
            Halves = rows.Length < 2 ? null : () => (Deliver(rows[..(rows.Length / 2)]), Deliver(rows[(rows.Length / 2)..])),
        };
    }
}
