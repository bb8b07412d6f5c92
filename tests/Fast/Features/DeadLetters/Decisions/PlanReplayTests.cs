using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using static Hobom.Slices.Tests.Fast.Features.DeadLetters.LetterSamples;

namespace Hobom.Slices.Tests.Fast.Features.DeadLetters.Decisions;

public sealed class PlanReplayTests
{
    static readonly ReplayRoute Route = new(
        new RelayRoute("HOBOM_LOG", "hobom.logs", new Category("log")), id => $"hobom-log-of-{id}");

    [Fact]
    public void The_record_goes_out_again_with_its_topic_key_bytes_and_headers_and_where_it_comes_from()
    {
        var letter = LetterAt(Noon, payload: "{\"a\": 1}") with
        {
            RecordKey = "k1",
            Headers =
            [
                new("event-id", "e1"), new("event-type", "MESSAGE"), new("traceparent", "00-1"), new("TraceState", "x"),
                new("possible-duplicate", "1"), new("x-dlq-reason", "r"), new("replayed-at", "then"),
                new("replay-of", "it"), new("kept", "v"), new("kept", "w"),
            ],
        };
        var delivery = Plan(Stored(letter), null);

        Assert.Equal(("hobom.messages", "k1"), (delivery.Topic, delivery.Key));
        Assert.Equal(letter.Payload.ToArray(), delivery.Value.ToArray());
        Assert.Equal(
            [
                new("event-id", "e1"), new("event-type", "MESSAGE"), new("kept", "v"), new("kept", "w"),
                new("replayed-at", "2026-03-05T12:00:00.0000000Z"), new RecordHeader("replay-of", "dlq:menu:e1"),
            ],
            delivery.Headers);
        var carried = Assert.Single(delivery.Events);
        Assert.Equal((new EventId("e1"), Key), (carried.Id, carried.LetterKey));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_may_have_been_written_says_so_though_that_attempt_is_no_longer_listed(bool maybeWritten)
    {
        var record = DeadLetterDecisions.Merge(null, LetterAt(Noon, maybeWritten)) with { Attempts = [] };
        var delivery = Plan(new StoredLetter(Key, "{}"u8.ToArray(), new RecordReading.Readable(record), null), null);
        Assert.Equal(maybeWritten, delivery.Headers.Contains(new RecordHeader("possible-duplicate", "1")));
    }

    [Fact]
    public void A_letter_of_another_writer_takes_topic_and_key_from_its_route()
    {
        var key = new DeadLetterKey(new Category("log"), "a:b");
        var letter = new StoredLetter(key, "[{}]"u8.ToArray(), RecordReading.None.Instance, null);
        var delivery = Plan(letter, Route);

        Assert.Equal(("hobom.logs", "hobom-log-of-a:b"), (delivery.Topic, delivery.Key));
        Assert.Equal("[{}]", Encoding.UTF8.GetString(delivery.Value.Span));
        Assert.Equal(new EventId("a:b"), Assert.Single(delivery.Events).Id);
        Assert.Equal(
            ["event-id=a:b", "event-type=HOBOM_LOG", "possible-duplicate=1", "replay-of=dlq:log:a:b"],
            delivery.Headers.Where(h => h.Name != "replayed-at").Select(h => $"{h.Name}={h.Value}").Order());
    }

    [Fact]
    public void An_edited_row_goes_out_with_its_flows_own_key_and_type()
    {
        var record = DeadLetterDecisions.Merge(null, LetterAt(Noon)) with
        {
            Row = RowState.Failed, Stage = DeadLetter.DecideStage, RecordKey = "filed under this", EventType = "HOBOM_LOG", Topic = "hobom.logs",
        };
        var route = new ReplayRoute(new RelayRoute("HOBOM_LOG", "hobom.logs", new Category("menu")), id => $"hobom-log-of-{id}");
        var letter = new StoredLetter(Key, "[{}]"u8.ToArray(), new RecordReading.Readable(record), null);
        Assert.True(DeadLetterDecisions.PlanReplay(letter, route, Noon).IsLeft);
        var delivery = DeadLetterDecisions.PlanReplay(letter, route, Noon, patched: true).Right();
        Assert.Equal("hobom-log-of-e1", delivery.Key);
        Assert.Equal(
            ["event-id=e1", "event-type=HOBOM_LOG", "edited=1"],
            delivery.Headers.Where(h => h.Name is not ("replayed-at" or "replay-of")).Select(h => $"{h.Name}={h.Value}"));
    }

    [Fact]
    public void A_refused_row_is_not_replayed_and_says_why()
    {
        var refusal = Refusal(Stored(RefusedAt(Noon, "the row has no payload")), Route);
        Assert.Contains("the row has no payload", Assert.IsType<ReplayRefusal.HoldsARow>(refusal).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_no_topic_no_route_or_no_readable_record_is_not_replayed()
    {
        var others = new StoredLetter(Key, default, RecordReading.None.Instance, null);
        Assert.IsType<ReplayRefusal.NoTopic>(Refusal(Stored(LetterAt(Noon) with { Topic = "" }), Route));
        Assert.IsType<ReplayRefusal.NoRoute>(Refusal(others, null));
        var damaged = others with { Record = new RecordReading.Unreadable("it is damaged", null) };
        Assert.IsType<ReplayRefusal.RecordUnreadable>(Refusal(damaged, Route));
    }

    [Fact]
    public void A_letter_of_a_flow_that_does_not_end_in_Kafka_is_replayed_without_a_topic()
    {
        var law = new ReplayRoute(new RelayRoute("LAW_CHANGED", "", new Category("law")), id => id.Value);
        var letter = new StoredLetter(
            new DeadLetterKey(law.Route.Category, "e1"), "{}"u8.ToArray(), RecordReading.None.Instance, null);
        Assert.Equal("", Plan(letter, law).Topic);
        Assert.Equal("", Plan(Stored(LetterAt(Noon) with { Topic = "" }), law).Topic);
    }

    static StoredLetter Stored(DeadLetter letter) => new(
        letter.Key, letter.Payload, new RecordReading.Readable(DeadLetterDecisions.Merge(null, letter)), null);

    static Delivery Plan(StoredLetter letter, ReplayRoute? route) =>
        DeadLetterDecisions.PlanReplay(letter, route, Noon).Match(
            d => d, r => throw new InvalidOperationException(r.Message));

    static ReplayRefusal Refusal(StoredLetter letter, ReplayRoute? route) =>
        DeadLetterDecisions.PlanReplay(letter, route, Noon).Match(
            d => throw new InvalidOperationException($"planned {d}"), r => r);
}
