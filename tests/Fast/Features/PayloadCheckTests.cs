using System.Text;
using Google.Protobuf;
using Hobom.Slices.Core;
using Hobom.Slices.Law;
using Hobom.Slices.Logs;
using Hobom.Slices.Messages;
using Hobom.Slices.Protos.Outbox.Law;
using Hobom.Slices.Protos.Outbox.Log;
using Hobom.Slices.Protos.Outbox.Message;
using Hobom.Slices.Protos.Outbox.Space;
using Hobom.Slices.Space;

namespace Hobom.Slices.Tests.Fast.Features;

/// <summary>What a flow publishes itself passes its check of edited payloads, and what it or its consumers refuse does not.</summary>
public sealed class PayloadCheckTests
{
    static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    const string Message = """{"type":"MAIL_MESSAGE","title":"t","body":"b","recipient":"r","sentAt":"2026-03-05T12:51:13.1234567Z"}""";
    const string Log = """[{"serviceType":"HOBOM_SPACE","level":"INFO","traceId":"","message":"","httpMethod":"GET","statusCode":200,"host":"","userId":""}]""";
    const string Space = """{"entityType":"PAGE","action":"CREATED","spaceKey":"K","pageId":7,"title":""}""";
    const string Law = """{"diffId":"d","changes":[{"articleNo":"1","changeType":"ADDED","before":"","after":"x"}]}""";

    [Theory]
    [InlineData("")]
    [InlineData("someone \"else\" \u0000 한국어 🙂")]
    public void What_a_flow_publishes_itself_passes(string text)
    {
        var message = MessageDecisions.Decide(
            Row(new MessagePayload { Title = text, Body = text, Recipient = "r", SenderId = text, Type = "PUSH_MESSAGE" }, "MESSAGE"), Noon);
        var space = SpaceDecisions.Decide(Row(new SpaceEventPayload { EntityType = text, PageId = long.MinValue, ActorId = text }, "SPACE_EVENT"));
        var log = LogDecisions.Plan(
            [
                LogRow.Of(
                    Row(
                        new HoBomLogPayload { Level = text, Method = "HEAD", StatusCode = -1, Payload = new LogPayloadDetail { Error = text } },
                        "HOBOM_LOG"),
                    LogFlow.Main.Route),
            ],
            LogFlow.Main, new LogBatchLimits(100_000, 10), Noon).Steps.Single();
        var law = new LawChangedPayload { DiffId = "d", Changes = { new LawArticleChange { ArticleNo = text } } };

        Assert.Null(MessagePayloadCheck.Fault(LetterOf(message)));
        Assert.Null(SpacePayloadCheck.Fault(LetterOf(space)));
        Assert.Null(LogPayloadCheck.Fault(LetterOf(log)));
        Assert.Null(LawPayloadCheck.Fault(LawPayloadText.Format(law)));
    }

    [Theory]
    [InlineData("", Message, null)]
    [InlineData("", "{\n \"type\": nope }", "the payload is not JSON: line 2, position 11")]
    [InlineData("", "[]", "the message is not a JSON object")]
    [InlineData("\"recipient\":\"r\"", "\"recipient\":\"\"", "the message has no recipient")]
    [InlineData("\"title\":\"t\",", "", "the message has no title")]
    [InlineData("\"title\":\"t\"", "\"title\":null", "the message's title is not a text")]
    [InlineData("\"title\":\"t\"", "\"title\":\"t\",\"title\":\"u\"", "the message has its title twice")]
    [InlineData("\"title\":\"t\"", "\"title\":\"t\",\"cc\":\"u\"", "the message has a field that consumers refuse: cc")]
    [InlineData("\"title\":\"t\"", "\"title\":\"\\ud800\"", "the payload holds text that is not Unicode")]
    [InlineData("MAIL_MESSAGE", "SMS", "the message's type is none of MAIL_MESSAGE, PUSH_MESSAGE")]
    [InlineData("2026-03-05T12:51:13.1234567Z", "2026-03-05", "the message's sentAt is no instant: expected 2026-03-05T12:51:13Z")]
    [InlineData("2026-03-05T12:51:13.1234567Z", "2026-03-05T12:51:13", "the message's sentAt is no instant: expected 2026-03-05T12:51:13Z")]
    public void An_edited_message_is_as_its_consumers_take_it(string from, string to, string? expected)
    {
        var text = from.Length == 0 ? to : Message.Replace(from, to, StringComparison.Ordinal);
        Assert.Equal(expected, MessagePayloadCheck.Fault(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused() =>
        Assert.Equal("the payload is not UTF-8", MessagePayloadCheck.Fault(new byte[] { (byte)'"', 0xFF, (byte)'"' }));

    [Theory]
    [InlineData("[", "[", null)]
    [InlineData("200", "\"200\"", "the log's statusCode is not a number")]
    [InlineData("200", "200.5", "the log's statusCode is not a whole number")]
    [InlineData("[{", "{", "the payload is not an array of one log")]
    [InlineData("\"level\":\"INFO\",", "", "the log has no level")]
    [InlineData("\"level\":\"INFO\"", "\"level\":\"TRACE\"", null)]
    [InlineData("\"host\":\"\"", "\"host\":\"\",\"payload\":null", "the log's payload is not an object")]
    public void An_edited_log_is_an_array_of_one(string from, string to, string? expected)
    {
        var text = from == "[{" ? Log.Trim('[', ']') : Log.Replace(from, to, StringComparison.Ordinal);
        Assert.Equal(expected, LogPayloadCheck.Fault(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData("7", "7", null)]
    [InlineData("7", "7.5", "the space event's pageId is not a whole number")]
    [InlineData("\"pageId\":7,", "", "the space event has no pageId")]
    [InlineData("\"title\":\"\"", "\"title\":\"\",\"actorId\":\"a\"", null)]
    public void An_edited_space_event_has_its_fields(string from, string to, string? expected) =>
        Assert.Equal(expected, SpacePayloadCheck.Fault(Encoding.UTF8.GetBytes(Space.Replace(from, to, StringComparison.Ordinal))));

    [Theory]
    [InlineData("\"d\"", "\"d\"", null)]
    [InlineData("\"d\"", "\"\"", "the law change has no diffId")]
    [InlineData("\"after\":\"x\"", "\"after\":7", "article change 1's after is not a text")]
    public void An_edited_law_change_is_refused_as_its_row_would_be(string from, string to, string? expected) =>
        Assert.Equal(expected, LawPayloadCheck.Fault(Encoding.UTF8.GetBytes(Law.Replace(from, to, StringComparison.Ordinal))));

    [Fact]
    public void An_edited_law_change_wants_changes() =>
        Assert.Equal("the law change has no changes", LawPayloadCheck.Fault("{\"diffId\":\"d\",\"changes\":[]}"u8.ToArray()));

    static ReadOnlyMemory<byte> LetterOf(LanguageExt.Either<Refusal, Delivery> decided) => decided.Match(
        Right: d => d.Events[0].LetterPayload(), Left: refusal => throw new InvalidOperationException(refusal.Reason));

    static OutboxItem<T> Row<T>(T payload, string eventType)
        where T : class, IMessage => new("1", new EventId("e1"), eventType, payload, Noon, () => default);
}
