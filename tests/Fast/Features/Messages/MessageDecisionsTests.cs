using System.Text;
using System.Text.Json;
using FsCheck.Xunit;
using Hobom.Slices.Core;
using Hobom.Slices.Messages;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Tests.Fast.Shared.Core;
using LanguageExt;

namespace Hobom.Slices.Tests.Fast.Features.Messages;

[Properties(Arbitrary = [typeof(HostileText)])]
public class MessageDecisionsTests
{
    static readonly DateTimeOffset Now = new DateTimeOffset(2026, 3, 5, 21, 51, 13, TimeSpan.FromHours(9)).AddTicks(1_234_500);

    [Property]
    public void Every_pending_row_is_carried_once_or_refused_once_in_order(int[] kinds)
    {
        var rows = kinds.Select((kind, i) => (kind & 3) switch
        {
            0 => Row(Message(), $"e{i}"),
            1 => Row(null, $"e{i}"),
            2 => Row(Message(), null, $"r{i}"),
            _ => Row(Message(recipient: ""), $"e{i}"),
        }).ToArray();
        var steps = MessageDecisions.Plan(rows, Now).Steps.ToArray();
        Assert.Equal(
            rows.Select((row, i) => row.EventId?.Value ?? $"no-event-id:r{i}"),
            steps.Select(step => step.Match(Left: r => r.LetterKey.Id, Right: d => Assert.Single(d.Events).Id.Value)));
        Assert.Equal(kinds.Select(kind => (kind & 3) == 0), steps.Select(step => step.IsRight));
    }

    [Fact]
    public void A_plan_is_made_as_it_is_read()
    {
        var rows = Enumerable.Range(0, 3).Select(i => Row(Message(), $"e{i}")).ToArray();
        rows[2] = rows[2] with { EventId = null, Raw = () => throw new InvalidOperationException("read too early") };
        Assert.Equal(2, MessageDecisions.Plan(rows, Now).Steps.Take(2).Count());
    }

    [Fact]
    public void The_value_is_the_contracts_byte_for_byte()
    {
        var delivery = Delivered(Row(new MessagePayload
        {
            Id = "p1", Title = "안녕 🚀", Body = "\"quoted\" <b>&'\\/\n\t\u0001\u007f", Recipient = "a@b.kr", SenderId = "u1", Type = "PUSH_MESSAGE",
        }));
        Assert.Equal(
            """{"type":"PUSH_MESSAGE","title":"안녕 \uD83D\uDE80","body":"\"quoted\" <b>&'\\/\n\t\u0001\u007F","recipient":"a@b.kr","senderId":"u1","sentAt":"2026-03-05T12:51:13.1234500Z"}""",
            Encoding.UTF8.GetString(delivery.Value.Span));
    }

    [Fact]
    public void An_empty_type_means_mail_and_an_empty_sender_is_left_out() =>
        Assert.Equal(
            """{"type":"MAIL_MESSAGE","title":"t","body":"b","recipient":"r","sentAt":"2026-03-05T12:51:13.1234500Z"}""",
            Encoding.UTF8.GetString(Delivered(Row(Message())).Value.Span));

    [Property]
    public void Whatever_a_row_says_the_value_holds_exactly_the_contracts_fields(Hostile title, Hostile body, Hostile sender, Hostile type)
    {
        var row = Row(new MessagePayload { Title = title.Text, Body = body.Text, Recipient = "r", SenderId = sender.Text, Type = type.Text });
        using var value = JsonDocument.Parse(Delivered(row).Value);
        string[] expected = sender.Text.Length == 0
            ? ["type", "title", "body", "recipient", "sentAt"]
            : ["type", "title", "body", "recipient", "senderId", "sentAt"];
        Assert.Equal(expected, value.RootElement.EnumerateObject().Select(field => field.Name));
        Assert.Equal(WellFormed(body.Text), value.RootElement.GetProperty("body").GetString());
        Assert.Equal(type.Text.Length == 0 ? "MAIL_MESSAGE" : WellFormed(type.Text), value.RootElement.GetProperty("type").GetString());
    }

    [Property]
    public void The_record_is_keyed_and_named_by_the_event_and_its_letter_holds_the_same_bytes(KeyId id)
    {
        var delivery = Delivered(Row(Message(), id.Text));
        Assert.Equal(("hobom.messages", id.Text), (delivery.Topic, delivery.Key));
        Assert.Equal([new RecordHeader("event-id", id.Text), new RecordHeader("event-type", "MESSAGE")], delivery.Headers);
        var carried = Assert.Single(delivery.Events);
        Assert.Equal((new EventId(id.Text), $"dlq:menu:{id.Text}"), (carried.Id, carried.LetterKey.Format()));
        Assert.True(carried.LetterPayload().Span.SequenceEqual(delivery.Value.Span));
    }

    [Theory]
    [InlineData(null, "MESSAGE", true, "r", "the row has no event id")]
    [InlineData("e", "HOBOM_LOG", true, "r", "the row is of type HOBOM_LOG, not MESSAGE")]
    [InlineData("e", "MESSAGE", false, "", "the row has no payload")]
    [InlineData("e", "MESSAGE", true, "", "the message has no recipient")]
    public void A_row_that_cannot_become_a_record_is_refused_with_its_reason(
        string? id, string type, bool payload, string recipient, string reason)
    {
        var row = Row(payload ? Message(recipient) : null, id) with { EventType = type };
        var refusal = MessageDecisions.Decide(row, Now).Match(Right: _ => null!, Left: r => r);
        Assert.Equal(reason, refusal.Reason);
        Assert.Equal("raw"u8, refusal.Raw.Span);
    }

    static Delivery Delivered(OutboxItem<MessagePayload> row) =>
        MessageDecisions.Decide(row, Now).IfLeft(refusal => throw new InvalidOperationException(refusal.Reason));

    static MessagePayload Message(string recipient = "r") => new() { Title = "t", Body = "b", Recipient = recipient };

    static OutboxItem<MessagePayload> Row(MessagePayload? payload, string? id = "e1", string rowId = "r1") =>
        new(rowId, id is null ? null : new EventId(id), "MESSAGE", payload, null, () => "raw"u8.ToArray());

    /// <summary>JSON holds no lone surrogates: each becomes a replacement character.</summary>
    static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
