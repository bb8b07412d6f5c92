using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Log;
using LanguageExt;

namespace Hobom.Slices.Logs;

/// <summary>What becomes of the rows of a log outbox. Pure.</summary>
public static class LogDecisions
{
    enum Place
    {
        Refused,

        /// <summary>In an array with others.</summary>
        Shared,

        /// <summary>In an array of its own: the consumers may refuse it, and with it all that it travels with.</summary>
        Alone,
    }

    /// <summary>
    /// Refusals, then the arrays, then the rows that travel alone. No row changes what becomes of another. All records
    /// of a poll have one key: they stay together in one partition, in order.
    /// </summary>
    /// <param name="now">The time of publishing.</param>
    public static DeliveryPlan Plan(
        IReadOnlyList<OutboxItem<HoBomLogPayload>> items, LogFlow flow, LogBatchLimits limits, DateTimeOffset now)
    {
        var key = flow.RecordKey(now);
        var rows = items.ToLookup(item => PlaceOf(item, flow.Route));
        var arrays = LogBatch.Split(rows[Place.Shared].Select(EncodedOf), Encoding.UTF8.GetByteCount(key), limits)
            .Concat(rows[Place.Alone].Select(IReadOnlyList<EncodedLog> (item) => [EncodedOf(item)]));
        return new DeliveryPlan(rows[Place.Refused].Select(item => RefusalOf(item, flow.Route))
            .Concat(arrays.Select(Either<Refusal, Delivery> (logs) => DeliveryOf(logs, flow.Route, key))));
    }

    /// <summary>The values for which rows travel alone, one a row.</summary>
    public static IReadOnlyList<string> ForeignValues(IReadOnlyList<OutboxItem<HoBomLogPayload>> items, LogFlow flow) =>
        [.. items.Where(item => PlaceOf(item, flow.Route) is Place.Alone).Select(item => LogEnumerations.ForeignValue(item.Payload!)!)];

    /// <summary>The events that travel alone, each with the value that it does so for.</summary>
    public static IReadOnlyDictionary<EventId, string> RowsAlone(IReadOnlyList<OutboxItem<HoBomLogPayload>> items, LogFlow flow) =>
        items.Where(item => PlaceOf(item, flow.Route) is Place.Alone).DistinctBy(item => item.EventId!.Value)
            .ToDictionary(item => item.EventId!.Value, item => LogEnumerations.ForeignValue(item.Payload!)!);

    static Place PlaceOf(OutboxItem<HoBomLogPayload> item, RelayRoute route) =>
        RowRules.Fault(item, route.EventType) is not null ? Place.Refused
        : LogEnumerations.ForeignValue(item.Payload!) is null ? Place.Shared
        : Place.Alone;

    static Either<Refusal, Delivery> RefusalOf(OutboxItem<HoBomLogPayload> item, RelayRoute route) =>
        Refusal.Of(item, route.Category, RowRules.Fault(item, route.EventType)!);

    static EncodedLog EncodedOf(OutboxItem<HoBomLogPayload> item) =>
        new(item.EventId!.Value, LogRecord.Shape.Encode(item.Payload!));

    static Delivery DeliveryOf(IReadOnlyList<EncodedLog> logs, RelayRoute route, string key)
    {
        var value = new byte[logs.Sum(log => log.Json.Length + 1) + 1];
        var events = new List<CarriedEvent>(logs.Count);
        var headers = new List<RecordHeader>(logs.Count + 1);
        var end = 0;
        foreach (var (id, json) in logs)
        {
            value[end] = end == 0 ? (byte)'[' : (byte)',';
            var start = end + 1;
            end = start + json.Length;
            json.CopyTo(value, start);
            var place = start..end;
            headers.Add(new RecordHeader(RecordHeader.EventId, id.Value));
            events.Add(new CarriedEvent(id, new DeadLetterKey(route.Category, id.Value), () => ArrayOf(value[place])));
        }

        value[end] = (byte)']';
        headers.Add(new RecordHeader(RecordHeader.EventType, route.EventType));
        return new Delivery(route.Topic, key, value, headers, events)
        {
            Halves = logs.Count < 2 ? null : () => (
                DeliveryOf([.. logs.Take(logs.Count / 2)], route, key), DeliveryOf([.. logs.Skip(logs.Count / 2)], route, key)),
        };
    }

    /// <summary>The array that holds this object alone: what a replay publishes.</summary>
    static ReadOnlyMemory<byte> ArrayOf(ReadOnlySpan<byte> log) => (byte[])[(byte)'[', .. log, (byte)']'];
}
