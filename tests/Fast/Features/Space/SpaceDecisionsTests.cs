using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Space;
using Hobom.Slices.Space;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Features.Space;

public class SpaceDecisionsTests
{
    [Fact]
    public void A_row_becomes_the_consumers_object()
    {
        var delivery = Carried(Row("evt:42", new SpaceEventPayload
        {
            EntityType = "PAGE", Action = "UPDATED", SpaceKey = "개발", PageId = 9007199254740993, Title = "회의록 \"3월\" <초안>", ActorId = "김민지",
        }));

        Assert.Equal("hobom.space-events", delivery.Topic);
        Assert.Equal("evt:42", delivery.Key);
        Assert.Equal(
            """{"entityType":"PAGE","action":"UPDATED","spaceKey":"개발","pageId":9007199254740993,"title":"회의록 \"3월\" <초안>","actorId":"김민지"}""",
            Encoding.UTF8.GetString(delivery.Value.Span));
        Assert.Equal([new RecordHeader("event-id", "evt:42"), new RecordHeader("event-type", "SPACE_EVENT")], delivery.Headers);
        var carried = Assert.Single(delivery.Events);
        Assert.Equal("dlq:space:evt:42", carried.LetterKey.Format());
        Assert.Equal(delivery.Value.ToArray(), carried.LetterPayload().ToArray());
    }

    [Fact]
    public void An_empty_payload_has_all_fields_and_is_no_reason_to_refuse() =>
        Assert.Equal(
            """{"entityType":"","action":"","spaceKey":"","pageId":0,"title":"","actorId":""}""",
            Encoding.UTF8.GetString(Carried(Row("e", new SpaceEventPayload())).Value.Span));

    [Theory]
    [InlineData(long.MaxValue, "9223372036854775807")]
    [InlineData(long.MinValue, "-9223372036854775808")]
    [InlineData(9007199254740993, "9007199254740993")]
    public void A_page_id_keeps_all_its_digits(long pageId, string digits) =>
        Assert.Contains(
            $"\"pageId\":{digits},", Encoding.UTF8.GetString(Carried(Row("e", new SpaceEventPayload { PageId = pageId })).Value.Span),
            StringComparison.Ordinal);

    [Fact]
    public void A_row_without_payload_is_refused()
    {
        var refusal = Refused(Row("e-1", null));
        Assert.Equal(("dlq:space:e-1", "the row has no payload"), (refusal.LetterKey.Format(), refusal.Reason));
    }

    [Fact]
    public void A_row_without_event_id_is_refused_under_its_rows_id()
    {
        var refusal = Refused(Row("", new SpaceEventPayload()));
        Assert.Equal(("dlq:space:no-event-id:row-", "the row has no event id"), (refusal.LetterKey.Format(), refusal.Reason));
        Assert.Null(refusal.EventId);
    }

    [Fact]
    public void A_refused_row_stops_no_other()
    {
        var plan = SpaceDecisions.Plan([Row("1", new SpaceEventPayload()), Row("2", null), Row("3", new SpaceEventPayload())]);
        Assert.Equal(["1", "refused", "3"], plan.Steps.Select(step => step.Match(Left: _ => "refused", Right: d => d.Key)));
    }

    static OutboxItem<SpaceEventPayload> Row(string id, SpaceEventPayload? payload) =>
        new($"row-{id}", id.Length == 0 ? null : new EventId(id), "SPACE_EVENT", payload, null, () => "{}"u8.ToArray());

    static Delivery Carried(OutboxItem<SpaceEventPayload> item) =>
        SpaceDecisions.Decide(item).Right();

    static Refusal Refused(OutboxItem<SpaceEventPayload> item) =>
        SpaceDecisions.Decide(item).Left();
}
