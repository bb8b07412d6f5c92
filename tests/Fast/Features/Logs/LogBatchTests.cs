using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using Hobom.Slices.Core;

namespace Hobom.Slices.Tests.Fast.Features.Logs;

[Properties(Arbitrary = [typeof(LogPolls)], MaxTest = 300)]
public class LogBatchTests
{
    [Property]
    public void Every_row_is_in_exactly_one_array_or_refused_once(LogPoll poll)
    {
        var steps = LogRows.Plan(poll.Rows, poll.RecordBytes, poll.Events);
        var carried = steps.Deliveries().SelectMany(d => d.Ids());
        var refused = steps.Refusals().Select(r => r.LetterKey.Id.Replace("no-event-id:row-", "", StringComparison.Ordinal));
        Assert.Equal(
            poll.Rows.Select(r => r.EventId?.Value ?? "").Order(StringComparer.Ordinal),
            carried.Concat(refused).Order(StringComparer.Ordinal));
    }

    [Property]
    public void Rows_that_may_travel_together_keep_their_order(LogPoll poll)
    {
        var known = poll.Rows.Where(IsKnown).Select(r => r.EventId!.Value.Value).ToList();
        var carried = LogRows.Plan(poll.Rows, poll.RecordBytes, poll.Events).Deliveries().SelectMany(d => d.Ids());
        Assert.Equal(known, carried.Where(known.Contains));
    }

    [Property]
    public void No_array_passes_a_limit_but_that_of_an_event_too_large_alone(LogPoll poll)
    {
        foreach (var delivery in LogRows.Plan(poll.Rows, poll.RecordBytes, poll.Events).Deliveries())
        {
            Assert.InRange(delivery.Events.Count, 1, poll.Events);
            if (delivery.Events.Count > 1) Assert.InRange(WireBytes(delivery), 1, poll.RecordBytes);
        }
    }

    [Property]
    public void An_array_ends_only_where_the_next_row_would_pass_a_limit(LogPoll poll)
    {
        var arrays = LogRows.Plan(poll.Rows, poll.RecordBytes, poll.Events).Deliveries()
            .Where(d => poll.Rows.Any(r => r.EventId == d.Events[0].Id && IsKnown(r))).ToList();
        foreach (var (array, next) in arrays.Zip(arrays.Skip(1)))
        {
            var joined = WireBytes(array) + next.Events[0].LetterPayload().Length;
            // The split's reckoning is on the safe side by less than this.
            Assert.True(array.Events.Count == poll.Events || joined + 260 + (4 * array.Events.Count) > poll.RecordBytes);
        }
    }

    [Property]
    public void An_array_is_its_events_letters_put_together(LogPoll poll)
    {
        foreach (var delivery in LogRows.Plan(poll.Rows, poll.RecordBytes, poll.Events).Deliveries())
        {
            using var array = JsonDocument.Parse(delivery.Value);
            var letters = delivery.Events.Select(e => Assert.Single(JsonDocument.Parse(e.LetterPayload()).RootElement.EnumerateArray()));
            Assert.Equal(letters.Select(l => l.GetRawText()), array.RootElement.EnumerateArray().Select(l => l.GetRawText()));
        }
    }

    [Property]
    public void A_record_names_its_events_in_order_and_then_their_type(LogPoll poll)
    {
        foreach (var delivery in LogRows.Plan(poll.Rows, poll.RecordBytes, poll.Events).Deliveries())
        {
            Assert.Equal(
                [.. delivery.Ids().Select(id => new RecordHeader("event-id", id)), new RecordHeader("event-type", "HOBOM_LOG")],
                delivery.Headers);
        }
    }

    [Fact]
    public void Rows_are_encoded_only_as_their_arrays_are_asked_for()
    {
        var encoded = 0;
        IEnumerable<Slices.Logs.EncodedLog> Logs()
        {
            while (true) yield return new Slices.Logs.EncodedLog(new EventId($"{encoded++}"), "{}"u8.ToArray());
        }

        var arrays = Slices.Logs.LogBatch.Split(Logs(), 10, new Slices.Logs.LogBatchLimits(1_000_000, 100));

        Assert.Equal(100, arrays.First().Count);
        Assert.Equal(101, encoded);
    }

    static bool IsKnown(OutboxItem<Slices.Protos.Outbox.Log.HoBomLogPayload> row) =>
        row is { EventId: not null, EventType: "HOBOM_LOG", Payload.Method: "GET" or "DELETE" };

    /// <summary>As Kafka's record format (v2) counts: a batch of this record alone, with the headers that an attempt adds.</summary>
    static int WireBytes(Delivery delivery)
    {
        const int BatchHead = 61;
        const int LongestRecordLengths = 36;
        var headers = delivery.Headers
            .Append(new RecordHeader(RecordHeader.TraceParent, new string('0', 55)))
            .Append(new RecordHeader(RecordHeader.PossibleDuplicate, "1"))
            .Sum(h => Varied(h.Name) + Varied(h.Value));
        return BatchHead + LongestRecordLengths + Encoding.UTF8.GetByteCount(delivery.Key) + delivery.Value.Length + headers;
    }

    /// <summary>A text and its length, which is a zigzag varint.</summary>
    static int Varied(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        return bytes + (bytes < 64 ? 1 : 2);
    }
}
