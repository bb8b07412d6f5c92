using System.Text.Json;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>A row that cannot become a record is never dropped: it waits as a letter that holds it as it was read.</summary>
public sealed class RefusedRowTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Fact]
    public async Task A_row_without_recipient_or_without_payload_is_FAILED_with_its_reason_and_kept_whole()
    {
        await Outbox.AddAsync(Prefix + "recipient", new { title = "제목 \U0001F600", body = "b", recipient = "" });
        await Outbox.AddAsync(Prefix + "payload", null);
        await Outbox.AddAsync(Prefix + "good", new { title = "t", recipient = "r" });
        await using var watch = new LetterWatch(Neighbours);
        await using var processor = await StartAsync();
        await Outbox.NoneIsPendingAsync(processor);
        var end = await Outbox.CompareAsync();
        Assert.Equal((1, 2, 1), (end.Sent, end.Failed, end.Records));
        Assert.Contains("no recipient", (await RowAsync(Prefix + "recipient")).LastError, StringComparison.Ordinal);
        Assert.Contains("no payload", (await RowAsync(Prefix + "payload")).LastError, StringComparison.Ordinal);
        var letter = JsonDocument.Parse((byte[])(await Neighbours.Plain.StringGetAsync($"dlq:menu:{Prefix}recipient"))!).RootElement;
        Assert.Equal(Prefix + "recipient", letter.GetProperty("eventId").GetString());
        Assert.Equal("제목 \U0001F600", letter.GetProperty("payload").GetProperty("title").GetString());
        await watch.EndAsync();
    }

    [Fact]
    public async Task A_row_without_event_id_stays_PENDING_beside_its_letter_and_holds_up_nobody()
    {
        await Outbox.AddAsync("", new { title = Prefix, recipient = "r" });
        await Outbox.GenerateAsync(Prefix, 3);
        await using var processor = await StartAsync();
        await Outbox.AtLeastAsync(3, "SENT");
        var row = (await Control.RowsAsync("main", "PENDING")).Single();
        Assert.Equal("", row.EventId);
        await Eventually.TrueAsync(
            async () => ((string?)await Neighbours.Plain.StringGetAsync($"dlq:menu:no-event-id:{row.Id}"))?.Contains(Prefix, StringComparison.Ordinal) == true,
            null, () => $"the row has no letter: {processor.Output}");
    }

    [Fact]
    public async Task A_row_whose_event_id_is_too_long_for_a_key_is_FAILED_and_kept()
    {
        var id = Prefix + new string('x', 1024);
        await Outbox.AddAsync(id, new { title = "t", recipient = "r" });
        await using var processor = await StartAsync();
        await Outbox.NoneIsPendingAsync(processor);
        var row = await RowAsync(id);
        Assert.Equal("FAILED", row.Status);
        Assert.True(await Neighbours.Plain.KeyExistsAsync($"dlq:menu:long-event-id:{row.Id}"));
    }

    [Fact]
    public async Task A_message_larger_than_a_record_may_be_becomes_a_letter_with_its_whole_value()
    {
        await Outbox.AddAsync(Prefix, new { title = "t", body = new string('x', 1_100_000), recipient = "r" });
        await using var processor = await StartAsync();
        await Outbox.NoneIsPendingAsync(processor);
        var end = await Outbox.CompareAsync();
        Assert.Equal((0, 1, 0), (end.Sent, end.Failed, end.Records));
        var letter = JsonDocument.Parse((byte[])(await Neighbours.Plain.StringGetAsync($"dlq:menu:{Prefix}"))!).RootElement;
        Assert.Equal(1_100_000, letter.GetProperty("body").GetString()!.Length);
        Assert.InRange((await Neighbours.Plain.KeyTimeToLiveAsync($"dlq:menu:{Prefix}"))!.Value, TimeSpan.FromHours(71), TimeSpan.FromHours(72));
    }
}
