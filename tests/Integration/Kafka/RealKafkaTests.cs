using System.Text;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;
using static Hobom.Slices.Tests.Integration.Kafka.KafkaFixtureDeliveries;

namespace Hobom.Slices.Tests.Integration.Kafka;

/// <summary>What only Kafka's own broker can show: topics it does not create, times of records, its own limits.</summary>
public sealed class RealKafkaTests(RealKafka kafka) : IClassFixture<RealKafka>
{
    readonly string topic = $"topic-{Guid.NewGuid():N}";

    KafkaSettings Settings => Patient(kafka.Broker.Address);

    [RealKafkaFact]
    public async Task A_topic_that_does_not_exist_is_permanent_until_somebody_creates_it()
    {
        await using var publisher = Publisher(Settings);

        var failure = Failure<PublishFailure.Permanent>(await publisher.PublishAsync(Of("a", topic), possibleDuplicate: false));
        await kafka.Broker.CreateTopicAsync(topic, 1);

        Assert.Contains(failure.Code, new[] { "Local_UnknownTopic", "UnknownTopicOrPart" });
        await PublishUntilTaken(publisher, Of("b", topic));
    }

    [RealKafkaFact]
    public async Task Only_the_record_that_the_broker_finds_too_large_is_permanent_and_none_of_its_neighbours()
    {
        await kafka.Broker.CreateTopicAsync(topic, 1);
        await using var publisher = Publisher(Settings);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => publisher.PublishAsync(
            Of($"{i}", topic, valueBytes: i == 250 ? 110_000 : 1_000), possibleDuplicate: false)));

        Assert.Equal("MsgSizeTooLarge", Failure<PublishFailure.TooLarge>(outcomes[250]).Code);
        Assert.All(outcomes.Where((_, i) => i != 250), o => Position(o));
    }

    [RealKafkaFact]
    public async Task Reading_back_finds_records_in_every_partition_behind_thousands_of_others()
    {
        await kafka.Broker.CreateTopicAsync(topic, 4);
        await using var publisher = Publisher(Settings);
        var since = DateTimeOffset.UtcNow;
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 4_000).Select(i => publisher.PublishAsync(Of($"{i}", topic), possibleDuplicate: false)));
        Assert.Equal(4, outcomes.Select(o => Position(o).Partition).Distinct().Count());

        var ids = Enumerable.Range(0, 40).Select(i => new EventId($"{i * 100}")).ToList();
        var found = Found(await ReadBack(kafka.Broker.Address).FindWrittenAsync(topic, since, [.. ids, new("never")], CancellationToken.None));

        Assert.True(found.SetEquals(ids));
    }

    [RealKafkaFact]
    public async Task A_broker_that_freezes_leaves_the_record_unknown_and_reading_back_tells_after_the_thaw()
    {
        await kafka.Broker.CreateTopicAsync(topic, 1);
        await using var publisher = Publisher(Settings with { DeliveryTimeout = TimeSpan.FromSeconds(2) });
        var since = DateTimeOffset.UtcNow;
        await PublishUntilTaken(publisher, Of("first", topic));
        kafka.Broker.Freeze();
        try
        {
            Failure<PublishFailure.Unknown>(await publisher.PublishAsync(Of("frozen", topic), possibleDuplicate: false));
        }
        finally
        {
            kafka.Broker.Thaw();
        }

        await PublishUntilTaken(publisher, Of("after", topic));
        var records = KafkaTopicReader.ReadAll(kafka.Broker.Address, topic, 1).Select(r => Encoding.UTF8.GetString(r.Message.Key!)).ToHashSet();
        var found = Found(await ReadBack(kafka.Broker.Address).FindWrittenAsync(topic, since, [new("frozen"), new("after")], CancellationToken.None));

        Assert.True(found.Select(id => id.Value).ToHashSet().SetEquals(records.Except(["first"])));
        Assert.Contains(new EventId("after"), found);
    }

    [RealKafkaFact]
    public async Task A_missing_topic_is_told_and_not_created()
    {
        await kafka.Broker.CreateTopicAsync(topic, 1);
        using var admin = new KafkaAdmin(Settings);
        var probe = new KafkaProbe(admin);

        var answer = Assert.IsType<KafkaProbeResult.Answered>(await probe.AskAsync([topic, "missing"], TimeSpan.FromSeconds(5)));

        Assert.Equal(["missing"], answer.Missing);
        Assert.Empty(Found(await ReadBack(kafka.Broker.Address).FindWrittenAsync("missing", DateTimeOffset.UtcNow, [new("a")], CancellationToken.None)));
    }
}
