using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Hobom.Slices.Law;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Outbox;
using Hobom.Slices.Space;
using Microsoft.Extensions.Time.Testing;
using LawRow = Hobom.Slices.Protos.Outbox.Law;
using LogRow = Hobom.Slices.Protos.Outbox.Log;
using MessageRow = Hobom.Slices.Protos.Outbox.Message;
using SpaceRow = Hobom.Slices.Protos.Outbox.Space;

namespace Hobom.Slices.Tests.Fast.Features;

/// <summary>A refused row, mended in its letter, becomes the value that the flow would have made of it.</summary>
public sealed class MendedRowTests
{
    static readonly FakeTimeProvider Clock = new();

    static readonly PayloadRules Messages = MessagesSlice.Payloads(Clock);

    public static TheoryData<string> Flows { get; } = new("messages", "logs", "space", "law");

    [Theory]
    [MemberData(nameof(Flows))]
    public void A_whole_row_becomes_its_value(string flow)
    {
        var (rules, row, value) = OfFlow(flow);
        Assert.Equal(value, TextOf(rules, RowText.Format(row)));
        Assert.Null(rules.Fault(Encoding.UTF8.GetBytes(value)));
    }

    [Theory]
    [MemberData(nameof(Flows))]
    public void A_row_without_payload_is_refused_as_the_flow_refuses_it(string flow)
    {
        var (rules, row, _) = OfFlow(flow);
        var bare = JsonNode.Parse(RowText.Format(row))!.AsObject();
        bare.Remove("payload");
        Assert.Equal("the row has no payload", TextOf(rules, Encoding.UTF8.GetBytes(bare.ToJsonString())));
    }

    [Theory]
    [InlineData("\"recipient\":\"r\"", "\"recipient\":\"\"", "the message has no recipient")]
    [InlineData("\"eventId\":\"e1\"", "\"eventId\":\"e2\"", "the row's eventId cannot be changed")]
    [InlineData("\"eventId\":\"e1\"", "\"eventId\":\"\"", "the row has no event id")]
    [InlineData("\"type\":\"PUSH_MESSAGE\"", "\"type\":\"SMS\"", "the message's type is none of MAIL_MESSAGE, PUSH_MESSAGE")]
    [InlineData("\"eventType\":\"MESSAGE\"", "\"eventType\":\"HOBOM_LOG\"", "the row is of type HOBOM_LOG, not MESSAGE")]
    [InlineData("\"title\":\"t\"", "\"titel\":\"t\"", "the row cannot be read: Unknown field: titel")]
    public void A_row_that_is_not_mended_is_refused_with_its_reason(string from, string to, string reason)
    {
        var row = """{"id":"1","eventId":"e1","eventType":"MESSAGE","payload":{"title":"t","recipient":"r","type":"PUSH_MESSAGE"},"status":"PENDING"}""";
        Assert.Equal(reason, TextOf(Messages, Encoding.UTF8.GetBytes(row.Replace(from, to, StringComparison.Ordinal))));
    }

    [Fact]
    public void A_letter_that_never_held_a_row_does_not_take_one()
    {
        var row = RowText.Format(OfFlow("messages").Row);
        Assert.Equal(
            "the message has a field that consumers refuse: eventId",
            Messages.ValueOf(row, "e1", heldRow: false).Match(v => Encoding.UTF8.GetString(v.Span), reason => reason));
    }

    static string TextOf(PayloadRules rules, ReadOnlyMemory<byte> given) =>
        rules.ValueOf(given, "e1", heldRow: true).Match(value => Encoding.UTF8.GetString(value.Span), reason => reason);

    static (PayloadRules Rules, IMessage Row, string Value) OfFlow(string flow) => flow switch
    {
        "messages" => (
            Messages,
            new MessageRow.QueryResult { EventId = "e1", Payload = new() { Title = "제목", Body = "b", Recipient = "r" } },
            $$"""{"type":"MAIL_MESSAGE","title":"제목","body":"b","recipient":"r","sentAt":"{{Clock.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}}"}"""),
        "logs" => (
            LogsSlice.Payloads(LogFlow.Main),
            new LogRow.QueryResult { EventId = "e1", Payload = new() { Level = "INFO", StatusCode = 200 } },
            """[{"serviceType":"","level":"INFO","traceId":"","message":"","httpMethod":"","path":"","statusCode":200,"host":"","userId":"","payload":{"level":"INFO","statusCode":200}}]"""),
        "space" => (
            SpaceSlice.Payloads,
            new SpaceRow.QueryResult { EventId = "e1", Payload = new() { EntityType = "PAGE", PageId = 7, ActorId = "a" } },
            """{"entityType":"PAGE","action":"","spaceKey":"","pageId":7,"title":"","actorId":"a"}"""),
        _ => (
            LawSlice.Payloads,
            new LawRow.QueryResult { EventId = "e1", Payload = new() { DiffId = "d", Changes = { new LawRow.LawArticleChange { ArticleNo = "1" } } } },
            """{"diffId":"d","changes":[{"articleNo":"1","changeType":"","before":"","after":""}]}"""),
    };
}
