using System.Text;
using Hobom.Slices.Tests.Integration.Kafka;
using Hobom.Slices.Tests.Integration.Processor;

namespace Hobom.Slices.Tests.Integration.Outages;

/// <summary>A topic may take less in one record than the broker does, and than a batch of the client may hold.</summary>
[Collection(OutageCollection.Name)]
public sealed class TooLargeTests(OutageNeighbours neighbours) : ProcessorTest(neighbours)
{
    static readonly (string, string) Limit = ("max.message.bytes", "20000");

    readonly StrictKafka kafka = neighbours.Kafka;

    public override async Task DisposeAsync()
    {
        foreach (var topic in (string[])["hobom.messages", "hobom.logs"]) await kafka.ForgetTopicAsync(topic);
    }

    [RealKafkaFact]
    public async Task Only_what_is_too_large_by_itself_becomes_a_letter_and_none_of_the_small_ones_beside_it()
    {
        await kafka.Broker.CreateTopicAsync("hobom.messages", 1, Limit);
        await Outbox.GenerateAsync($"{Prefix}a-", 200);
        await Outbox.GenerateAsync($"{Prefix}fat-", 3, bodyBytes: 40_000);
        await Outbox.GenerateAsync($"{Prefix}b-", 200);
        await using var processor = await StartAsync(kafka.Settings);
        await Outbox.NoneIsPendingAsync(processor);

        var failed = await Control.RowsAsync("main", "FAILED", "MESSAGE");
        Assert.Equal([$"{Prefix}fat-0", $"{Prefix}fat-1", $"{Prefix}fat-2"], failed.Select(f => f.EventId).Order());
        Assert.All(failed, f => Assert.Contains("20000", f.LastError, StringComparison.Ordinal));
        AssertOnceEach("hobom.messages", 400);
        Assert.DoesNotContain("takes no records", processor.Output, StringComparison.Ordinal);
    }

    [RealKafkaFact]
    public async Task A_log_array_that_the_topic_does_not_take_is_split_smaller()
    {
        await kafka.Broker.CreateTopicAsync("hobom.logs", 1, Limit);
        await Control.AddRowsAsync("main", [.. Enumerable.Range(0, 300).Select(Row)]);
        await using var processor = await StartAsync(kafka.Settings);
        await Eventually.TrueAsync(
            async () => await Control.CountAsync("main", "HOBOM_LOG", "PENDING") == 0, null, () => processor.Output);

        Assert.Equal(300, await Control.CountAsync("main", "HOBOM_LOG", "SENT"));
        AssertOnceEach("hobom.logs", 300);
    }

    object Row(int i) => new
    {
        eventType = "HOBOM_LOG",
        eventId = $"{Prefix}{i}",
        payload = new { serviceType = "HOBOM_SPACE", level = "INFO", traceId = "t", message = new string('m', 200), method = "GET", path = "/", statusCode = 200 },
    };

    void AssertOnceEach(string topic, int events)
    {
        var written = KafkaTopicReader.ReadAll(kafka.Broker.Address, topic, 1)
            .SelectMany(r => r.Message.Headers.Where(h => h.Key == "event-id").Select(h => Encoding.UTF8.GetString(h.GetValueBytes()))).ToList();
        Assert.Equal(events, written.Count);
        Assert.Equal(events, written.Distinct().Count());
    }
}
