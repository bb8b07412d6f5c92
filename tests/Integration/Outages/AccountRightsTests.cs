using Confluent.Kafka.Admin;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Kafka;
using Hobom.Slices.Tests.Integration.Kafka;
using static Hobom.Slices.Tests.Integration.Kafka.KafkaFixtureDeliveries;

namespace Hobom.Slices.Tests.Integration.Outages;

/// <summary>What an account may not do that the relay can do without.</summary>
[Collection(OutageCollection.Name)]
public sealed class AccountRightsTests(OutageNeighbours neighbours)
{
    readonly StrictKafka kafka = neighbours.Kafka;
    readonly string topic = $"topic-{Guid.NewGuid():N}";

    KafkaSettings Settings => KafkaSettings.For(kafka.Broker.AccountAddress) with
    {
        DeliveryTimeout = TimeSpan.FromSeconds(30),
        Extra = new Dictionary<string, string>
        {
            ["security.protocol"] = "SASL_PLAINTEXT", ["sasl.mechanism"] = "PLAIN",
            ["sasl.username"] = StrictKafka.Account, ["sasl.password"] = StrictKafka.Account,
        },
    };

    [RealKafkaFact]
    public async Task Reading_back_wants_no_right_on_any_consumer_group()
    {
        await PreparedAsync();
        await using var publisher = Publisher(Settings);
        var since = DateTimeOffset.UtcNow;
        await PublishUntilTaken(publisher, Of("a", topic));
        var readBack = new PublishedLookup(Settings, new LinesLogger<PublishedLookup>(), PublishedLookup.DefaultSilence, TimeProvider.System);

        Assert.Equal([new EventId("a")], Found(await readBack.FindWrittenAsync(topic, since, [new("a"), new("b")], CancellationToken.None)));
    }

    [RealKafkaFact]
    public async Task A_limit_that_it_may_not_know_is_found_out_by_sending_records_alone()
    {
        await PreparedAsync(("max.message.bytes", "20000"));
        await using var publisher = Publisher(Settings);
        Assert.Null(await publisher.TopicByteLimitAsync(topic));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => publisher.PublishAsync(
            Of($"{i}", topic, valueBytes: i % 100 == 50 ? 40_000 : 1_000), possibleDuplicate: false)));

        Assert.All(outcomes.Where((_, i) => i % 100 == 50), o => Failure<PublishFailure.TooLarge>(o));
        Assert.All(outcomes.Where((_, i) => i % 100 != 50), o => Position(o));
        Assert.Equal(198, KafkaTopicReader.ReadAll(kafka.Broker.Address, topic, 1).Count);
    }

    [RealKafkaFact]
    public async Task A_limit_that_is_raised_is_asked_for_anew()
    {
        await PreparedAsync(("max.message.bytes", "20000"));
        await kafka.Broker.GrantAsync(StrictKafka.Account, topic, AclOperation.DescribeConfigs);
        await using var publisher = Publisher(Settings);
        var failure = Failure<PublishFailure.TooLarge>(await publisher.PublishAsync(Of("a", topic, valueBytes: 40_000), possibleDuplicate: false));
        Assert.Contains("20000", failure.Message, StringComparison.Ordinal);

        await kafka.Broker.SetTopicAsync(topic, ("max.message.bytes", "30000"));
        failure = Failure<PublishFailure.TooLarge>(await publisher.PublishAsync(Of("b", topic, valueBytes: 40_000), possibleDuplicate: false));

        Assert.Contains("30000", failure.Message, StringComparison.Ordinal);
    }

    async Task PreparedAsync(params (string, string)[] settings)
    {
        await kafka.Broker.CreateTopicAsync(topic, 1, settings);
        await kafka.Broker.GrantAsync(StrictKafka.Account, topic, AclOperation.Write, AclOperation.Read, AclOperation.Describe);
    }
}
