using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Tests.Integration.Redis;
using Hobom.Slices.Tests.Support;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>POST /dlq/retry: out once, SENT, gone; and where a step fails the letter stays.</summary>
public sealed class ReplayTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    const string Done = """{"message":"DLQ retried and removed from Redis"}""";

    static readonly (string Name, string Value) QuickTimeout = ("HOBOM_KAFKA_DELIVERY_TIMEOUT", "1s");

    string Key => $"dlq:menu:{Prefix}";

    [Fact]
    public async Task A_letter_made_by_an_outage_is_replayed_once_however_many_ask_at_once_with_its_very_bytes()
    {
        var letter = await LetterOfAnOutageAsync();
        await using var processor = await StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => processor.Http.RetryLetterAsync(Key)));
        Assert.Equal(Done, Assert.Single(answers, a => a.Status == 200).Body);
        Assert.All(answers, a => Assert.Contains(a.Status, new[] { 200, 404, 409 }));
        Assert.Equal("SENT", (await RowAsync(Prefix)).Status);
        Assert.False(await Neighbours.Plain.KeyExistsAsync(Key));
        Assert.Equal(404, (await processor.Http.RetryLetterAsync(Key)).Status);
        Assert.Equal(404, (await processor.Http.GetLetterAsync(Key)).Status);
        await Messages.CatchUpAsync();
        var record = Assert.Single(Messages.Of(Prefix));
        Assert.Equal(letter, record.Value);
        Assert.Equal([Key], record.TextsOf("replay-of"));
        Assert.Empty(record.TextsOf("possible-duplicate"));
    }

    [Fact]
    public async Task A_replay_with_the_broker_away_answers_502_and_the_letter_stays_with_one_more_attempt()
    {
        var letter = await LetterOfAnOutageAsync();
        var before = await AttemptsAsync();
        await using var processor = await StartAsync(BrokerNowhere(), QuickTimeout);
        var (status, body) = await processor.Http.RetryLetterAsync(Key);
        Assert.Equal(502, status);
        Assert.Contains("\"error\":\"", body, StringComparison.Ordinal);
        Assert.Equal(before + 1, await AttemptsAsync());
        Assert.Equal(letter, (byte[]?)await Neighbours.Plain.StringGetAsync(Key));
        Assert.Equal("FAILED", (await RowAsync(Prefix)).Status);
    }

    [Fact]
    public async Task A_replay_with_the_backend_away_answers_502_and_the_next_one_only_marks()
    {
        await LetterOfAnOutageAsync();
        await using var processor = await StartAsync();
        await Control.StopAsync("main");
        Assert.Equal(502, (await processor.Http.RetryLetterAsync(Key)).Status);
        Assert.True(await Neighbours.Plain.KeyExistsAsync(Key));
        await Control.StartAsync("main");
        await Eventually.TrueAsync(
            async () => await processor.Http.RetryLetterAsync(Key) == (200, Done), null, () => processor.Output);
        Assert.Equal("SENT", (await RowAsync(Prefix)).Status);
        await Messages.CatchUpAsync();
        Assert.Single(Messages.Of(Prefix));
    }

    [Theory]
    [InlineData("a:b:c")]
    [InlineData("a/b%2F c\U0001F600")]
    public async Task A_letter_that_the_old_service_wrote_is_replayed_as_it_is(string id)
    {
        var value = """{"type":"MAIL_MESSAGE", "title":"제목" ,"sentAt":"2026-03-05T12:51:13.1Z"}"""u8.ToArray();
        await Control.AddRowsAsync("main", new { eventType = "MESSAGE", eventId = Prefix + id, status = "FAILED" });
        await Neighbours.Plain.StringSetAsync(Key + id, value);
        await using var processor = await StartAsync();
        Assert.Equal((200, Done), await processor.Http.RetryLetterAsync(Key + id));
        Assert.Equal("SENT", (await RowAsync(Prefix + id)).Status);
        Assert.False(await Neighbours.Plain.KeyExistsAsync(Key + id));
        await Messages.CatchUpAsync();
        var record = Assert.Single(Messages.Of(Prefix + id));
        Assert.Equal(value, record.Value);
        Assert.Equal(["1"], record.TextsOf("possible-duplicate"));
        Assert.Equal(["MESSAGE"], record.TextsOf("event-type"));
    }

    [Fact]
    public async Task A_letter_that_holds_a_refused_row_is_not_published()
    {
        await Outbox.AddAsync(Prefix, new { title = "t", recipient = "" });
        await using var processor = await StartAsync();
        await Outbox.NoneIsPendingAsync(processor);
        var (status, body) = await processor.Http.RetryLetterAsync(Key);
        Assert.Equal(422, status);
        Assert.Contains("no recipient", body, StringComparison.Ordinal);
        Assert.True(await Neighbours.Plain.KeyExistsAsync(Key));
        await Messages.CatchUpAsync();
        Assert.Empty(Messages.Of(Prefix));
    }

    /// <summary>One event that a processor without a broker gave up; returns the letter's bytes.</summary>
    async Task<byte[]> LetterOfAnOutageAsync()
    {
        await Outbox.AddAsync(Prefix, new { title = "제목 \U0001F600", body = "\u0001", recipient = "r" });
        await using var processor = await StartAsync(BrokerNowhere(), QuickTimeout);
        await Outbox.AtLeastAsync(1, "FAILED");
        await processor.StopAsync();
        return (byte[])(await Neighbours.Plain.StringGetAsync(Key))!;
    }

    async Task<int> AttemptsAsync()
    {
        await using var connection = RedisFixture.ConnectionTo(Neighbours.Redis.Address);
        var store = new RedisDeadLetterStore(connection, TimeProvider.System);
        var lookup = (await store.GetAsync(DeadLetterKey.Parse(Key).Right())).Right();
        return Assert.IsType<RecordReading.Readable>(Assert.IsType<LetterLookup.Found>(lookup).Letter.Record).Record.AttemptCount;
    }

    static (string Name, string Value) BrokerNowhere() => ("HOBOM_KAFKA_BROKER", $"127.0.0.1:{LoopbackPort.Free()}");
}
