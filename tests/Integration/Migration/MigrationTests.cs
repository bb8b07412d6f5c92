using System.Text;
using System.Text.Json;
using Hobom.Slices.Tests.Integration.Processor;

namespace Hobom.Slices.Tests.Integration.Migration;

/// <summary>docs/MIGRATING.md, tried: over to this processor, and back, with nothing lost or doubled.</summary>
public sealed class MigrationTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    const string Done = """{"message":"DLQ retried and removed from Redis"}""";

    [Fact]
    public async Task Over_what_is_PENDING_goes_out_once_and_the_old_letters_are_listed_read_and_sent_again()
    {
        const int Rows = 200;
        await Outbox.GenerateAsync(Prefix, Rows);
        using var old = new OldProcessor(Neighbours);
        await old.PollAsync(Rows / 2, failing: id => id.EndsWith('7'));
        Assert.Equal((Rows / 2, Rows / 20), (await Outbox.CountAsync("PENDING"), await Outbox.CountAsync("FAILED")));
        var letters = (await Control.RowsAsync("main", "FAILED", "MESSAGE")).Select(r => $"dlq:menu:{r.EventId}").ToList();
        var written = (byte[]?)await Neighbours.Plain.StringGetAsync(letters[0]);

        await using var processor = await StartAsync();
        await Outbox.NoneIsPendingAsync(processor);
        await LettersListedAsync(processor, letters);
        var (status, shown) = await processor.Http.GetLetterAsync(letters[0]);
        Assert.Equal(200, status);
        Assert.Contains(Encoding.UTF8.GetString(written!), shown, StringComparison.Ordinal);
        foreach (var letter in letters) Assert.Equal((200, Done), await processor.Http.RetryLetterAsync(letter));

        await Outbox.EachIsSentOnceAsync(Rows, processor);
        Assert.Equal(written, Messages.Of(letters[0]["dlq:menu:".Length..])[0].Value);
        await LettersListedAsync(processor, []);
    }

    [Fact]
    public async Task Back_the_old_one_finds_the_letters_and_rows_that_are_left_and_forward_again_nothing_is_doubled()
    {
        const int Rows = 40;
        await Outbox.GenerateAsync(Prefix, Rows);
        await using (var cutOff = await StartAsync(
            ("HOBOM_KAFKA_BROKER", $"127.0.0.1:{Support.LoopbackPort.Free()}"), ("HOBOM_KAFKA_DELIVERY_TIMEOUT", "1s")))
        {
            await Outbox.AtLeastAsync(1, "FAILED");
            await cutOff.StopAsync();
        }

        // The check before going back: nothing is published and unmarked.
        Assert.Equal(0, await Neighbours.Plain.HashLengthAsync("dlqx:ledger:menu"));
        using var old = new OldProcessor(Neighbours);
        var letters = (await Control.RowsAsync("main", "FAILED", "MESSAGE")).Select(r => $"dlq:menu:{r.EventId}").ToList();
        var left = await Outbox.CountAsync("PENDING");
        Assert.Equal(Rows, letters.Count + left);
        Assert.All(letters, key => Assert.InRange(
            Neighbours.Plain.KeyTimeToLive(key) ?? TimeSpan.Zero, TimeSpan.FromHours(71), TimeSpan.FromHours(72)));
        await old.RetryAsync(letters[0]);
        await old.PollAsync(left / 2);

        await using var processor = await StartAsync();
        await Outbox.NoneIsPendingAsync(processor);
        Assert.Equal(404, (await processor.Http.RetryLetterAsync(letters[0])).Status);
        foreach (var letter in letters.Skip(1)) Assert.Equal((200, Done), await processor.Http.RetryLetterAsync(letter));
        await Outbox.EachIsSentOnceAsync(Rows, processor);
        await LettersListedAsync(processor, []);
    }

    [Theory]
    [InlineData("main", "HOBOM_LOG", "log", "hobom.logs", """[{"serviceType":"HOBOM_BACKEND","level":"ERROR","traceId":"t"}]""")]
    [InlineData("space", "SPACE_LOG", "space-log", "hobom.logs", """[{"serviceType":"HOBOM_SPACE","level":"WARN","traceId":"t"}]""")]
    [InlineData("space", "SPACE_EVENT", "space", "hobom.space-events", """{"entityType":"PAGE","action":"UPDATED","pageId":7}""")]
    public async Task An_old_letter_of_each_other_flow_goes_where_it_belongs_byte_for_byte(
        string backend, string eventType, string category, string topic, string value)
    {
        var key = $"dlq:{category}:{Prefix}1";
        await Control.AddRowsAsync(backend, new { eventType, eventId = $"{Prefix}1", status = "FAILED" });
        await Neighbours.Plain.StringSetAsync(key, value, TimeSpan.FromHours(72));
        await using var processor = await StartAsync(("HOBOM_SPACE_GRPC_ADDR", Neighbours.Backends.SpaceAddress));

        await LettersListedAsync(processor, [key]);
        Assert.Equal((200, Done), await processor.Http.RetryLetterAsync(key));

        Assert.Equal("SENT", Assert.Single(await Control.RowsAsync(backend, eventType: eventType)).Status);
        var records = new TopicRecords(() => Neighbours.Broker.Address, topic);
        await records.CatchUpAsync();
        Assert.Equal(value, Encoding.UTF8.GetString(Assert.Single(records.Of($"{Prefix}1")).Value));
    }

    static Task LettersListedAsync(RunningProcessor processor, IReadOnlyCollection<string> keys) => Eventually.TrueAsync(
        async () =>
        {
            var (status, body) = await processor.Http.ListLettersAsync("?prefix=dlq:");
            // 503 until the letters have been read.
            if (status != 200) return false;
            var items = JsonDocument.Parse(body).RootElement.GetProperty("items").EnumerateArray().Select(i => i.GetString()!);
            return items.Order(StringComparer.Ordinal).SequenceEqual(keys.Order(StringComparer.Ordinal));
        },
        null, () => $"the letters are not {string.Join(' ', keys)}: {processor.Output}");
}
