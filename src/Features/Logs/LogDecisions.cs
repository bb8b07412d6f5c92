using System.Text;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Logs;

/// <summary>What becomes of the rows of a log outbox. Pure.</summary>
public static class LogDecisions
{
    /// <summary>
    /// Refusals, then the arrays, then the rows that travel alone. No row changes what becomes of another. All records
    /// of a poll have one key: they stay together in one partition, in order.
    /// </summary>
    /// <param name="now">The time of publishing.</param>
    public static DeliveryPlan Plan(IReadOnlyList<LogRow> all, LogFlow flow, LogBatchLimits limits, DateTimeOffset now)
    {
        var key = flow.RecordKey(now);
        var rows = all.ToLookup(row => row.Place);
        var arrays = LogBatch.Split(rows[LogPlace.Shared].Select(EncodedOf), Encoding.UTF8.GetByteCount(key), limits)
            .Concat(rows[LogPlace.Alone].Select(IReadOnlyList<EncodedLog> (row) => [EncodedOf(row)]));
        return new DeliveryPlan(rows[LogPlace.Refused].Select(row => RefusalOf(row, flow.Route))
            .Concat(arrays.Select(Either<Refusal, Delivery> (logs) => DeliveryOf(logs, flow.Route, key))));
    }

    /// <summary>The values for which rows travel alone, one a row.</summary>
    public static IReadOnlyList<string> ForeignValues(IReadOnlyList<LogRow> rows) =>
        [.. rows.Where(row => row.Place is LogPlace.Alone).Select(ForeignValueOf)];

    /// <summary>The events that travel alone, each with the value that it does so for.</summary>
    public static IReadOnlyDictionary<EventId, string> RowsAlone(IReadOnlyList<LogRow> rows) =>
        rows.Where(row => row.Place is LogPlace.Alone).DistinctBy(row => row.EventId!.Value)
            .ToDictionary(row => row.EventId!.Value, ForeignValueOf);

    static string ForeignValueOf(LogRow row) => LogEnumerations.ForeignValue(row.Read().Payload!)!;

    static Either<Refusal, Delivery> RefusalOf(LogRow row, RelayRoute route)
    {
        var item = row.Read();
        return Refusal.Of(item, route.Category, RowRules.Fault(item, route.EventType)!);
    }

    static EncodedLog EncodedOf(LogRow row) => new(row.EventId!.Value, LogRecord.Shape.Encode(row.Read().Payload!));

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
