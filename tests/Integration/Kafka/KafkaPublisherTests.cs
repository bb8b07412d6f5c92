using System.Diagnostics;
using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;
using static Hobom.Slices.Tests.Integration.Kafka.KafkaFixtureDeliveries;

namespace Hobom.Slices.Tests.Integration.Kafka;

public sealed class KafkaPublisherTests : IDisposable
{
    readonly MockCluster kafka = new();

    KafkaSettings Settings => Patient(kafka.Address);

    public void Dispose() => kafka.Dispose();

    [Theory]
    [InlineData(KafkaAcks.All)]
    [InlineData(KafkaAcks.Leader)]
    public async Task A_record_arrives_byte_for_byte_with_its_headers_in_order(KafkaAcks acks)
    {
        kafka.CreateTopic(Topic, 1);
        await using var publisher = Publisher(Settings with { Acks = acks });
        byte[] value = [0, 255, 10, 13, 34];
        RecordHeader[] headers = [new("event-id", "a:1*[ü😀"), new("event-id", "b"), new("event-type", ""), new("event-id", "\n")];

        var position = Position(await publisher.PublishAsync(
            new Delivery(Topic, "schlüssel", new byte[] { 9, 0, 255, 10, 13, 34, 9 }.AsMemory(1, 5), headers, []), possibleDuplicate: true));

        var record = Assert.Single(KafkaTopicReader.ReadAll(kafka.Address, Topic, 1));
        Assert.Equal((record.Partition.Value, record.Offset.Value), (position.Partition, position.Offset));
        Assert.Equal("schlüssel", Encoding.UTF8.GetString(record.Message.Key!));
        Assert.Equal(value, record.Message.Value);
        var written = record.Message.Headers.Select(h => (h.Key, Value: Encoding.UTF8.GetString(h.GetValueBytes()))).ToList();
        Assert.Equal(headers.Select(h => (h.Name, h.Value)), written.Take(4));
        Assert.Equal(["traceparent", "possible-duplicate"], written.Skip(4).Select(h => h.Key));
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$", written[4].Value);
        Assert.Equal("1", written[5].Value);
    }

    [Fact]
    public async Task An_empty_value_and_an_empty_key_stay_empty_and_are_not_null()
    {
        kafka.CreateTopic(Topic, 1);
        await using var publisher = Publisher(Settings);

        Position(await publisher.PublishAsync(new Delivery(Topic, "", ReadOnlyMemory<byte>.Empty, [], []), possibleDuplicate: false));

        var record = Assert.Single(KafkaTopicReader.ReadAll(kafka.Address, Topic, 1));
        Assert.Equal([], record.Message.Value!);
        Assert.Equal([], record.Message.Key!);
        Assert.Equal("traceparent", Assert.Single(record.Message.Headers).Key);
    }

    [Fact]
    public async Task A_record_that_may_not_go_out_when_its_turn_comes_never_does()
    {
        kafka.CreateTopic(Topic, 1);
        await using var publisher = Publisher(Settings);
        var delivery = new Delivery(Topic, "k", new byte[] { 1 }, [], []);

        var refused = await publisher.PublishAsync(delivery, false, () => new PublishFailure.Stopping("NotHeld", "no"));
        Assert.Equal(new PublishFailure.Stopping("NotHeld", "no"), refused.Match(Left: failure => failure, Right: _ => null!));
        Position(await publisher.PublishAsync(delivery, false, () => null));

        Assert.Single(KafkaTopicReader.ReadAll(kafka.Address, Topic, 1));
    }

    [Fact]
    public async Task A_record_carries_the_span_that_a_listener_sees()
    {
        kafka.CreateTopic(Topic, 1);
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Hobom.Slices",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var topic = $"traced-{Guid.NewGuid():N}";
        await using var publisher = Publisher(Settings);

        Position(await publisher.PublishAsync(Of("a", topic), possibleDuplicate: false));

        var header = KafkaTopicReader.ReadAll(kafka.Address, topic, 4).Single().Message.Headers.GetLastBytes("traceparent");
        Assert.Equal(spans.Single(s => s.DisplayName == $"send {topic}").Id, Encoding.UTF8.GetString(header));
        Assert.Null(Activity.Current);
    }

    [Fact]
    public async Task Twenty_thousand_records_in_flight_keep_their_order()
    {
        kafka.CreateTopic(Topic, 1);
        await using var publisher = Publisher(Settings);

        // Away from xunit's synchronization context, which takes seconds for so many continuations.
        var outcomes = await Task.Run(() => Task.WhenAll(
            Enumerable.Range(0, 20_000).Select(i => publisher.PublishAsync(Of($"{i}"), possibleDuplicate: false))));

        Assert.True(outcomes.Select(o => Position(o).Offset).SequenceEqual(Enumerable.Range(0, 20_000).Select(i => (long)i)));
    }

    [Fact]
    public async Task A_full_queue_holds_publishes_back_in_order_and_loses_none()
    {
        kafka.CreateTopic(Topic, 1);
        var extra = new Dictionary<string, string> { ["queue.buffering.max.messages"] = "10" };
        await using var publisher = Publisher(Settings with { Extra = extra });

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 500).Select(i => publisher.PublishAsync(Of($"{i}"), possibleDuplicate: false)));

        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), outcomes.Select(o => Position(o).Offset));
    }

    [Fact]
    public async Task A_queue_that_stays_full_is_no_verdict_on_those_who_waited()
    {
        kafka.CreateTopic(Topic, 1);
        var extra = new Dictionary<string, string> { ["queue.buffering.max.messages"] = "1" };
        await using var publisher = Publisher(Settings with { Extra = extra, DeliveryTimeout = TimeSpan.FromSeconds(1) });
        await PublishUntilTaken(publisher, Of("warm"));
        kafka.TakeDown();
        // Until the client has seen the connection go, what it sends may have arrived: the first is lost on that.
        await publisher.PublishAsync(Of("sent into the gap"), possibleDuplicate: false);

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(i => publisher.PublishAsync(Of($"{i}"), possibleDuplicate: false)));

        Failure<PublishFailure.Transient>(outcomes[0]);
        Assert.Contains(outcomes, o => o.LeftToSeq().Exists(f => f is PublishFailure.Stopping { Code: "Local_QueueFull" }));
        Assert.DoesNotContain(outcomes, o => o.LeftToSeq().Exists(f => f is PublishFailure.Permanent or PublishFailure.Unknown));
    }
}
