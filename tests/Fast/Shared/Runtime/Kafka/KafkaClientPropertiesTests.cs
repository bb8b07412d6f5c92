using Hobom.Slices.Runtime.Kafka;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Kafka;

public sealed class KafkaClientPropertiesTests
{
    [Fact]
    public void Nothing_that_may_be_set_beside_them_can_undo_the_guarantees()
    {
        var settings = KafkaSettings.For("kafka:9092") with
        {
            Extra = KafkaClientProperties.ForProducer(KafkaSettings.For("elsewhere:1")).Keys
                .Where(p => KafkaReservedProperties.WhyNot(p) is null).ToDictionary(p => p, _ => "spoilt"),
        };
        var spoilt = KafkaClientProperties.ForProducer(settings);

        Assert.Equal(
            ["batch.size", "client.id", "linger.ms", "log.connection.close", "partitioner", "queue.buffering.max.kbytes",
                "reconnect.backoff.max.ms", "socket.keepalive.enable", "statistics.interval.ms"],
            spoilt.Where(p => p.Value == "spoilt").Select(p => p.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void One_attempt_lasts_no_longer_than_the_delivery_time_out()
    {
        var properties = KafkaClientProperties.ForProducer(
            KafkaSettings.For("kafka:9092") with { DeliveryTimeout = TimeSpan.FromSeconds(2) });

        Assert.Equal("2000", properties["message.timeout.ms"]);
        Assert.Equal("2000", properties["request.timeout.ms"]);
        Assert.Equal("2000", properties["socket.timeout.ms"]);
        Assert.Equal("1000", properties["topic.metadata.propagation.max.ms"]);
    }

    [Fact]
    public void Acks_of_the_leader_alone_leave_no_retry_to_the_client()
    {
        var properties = KafkaClientProperties.ForProducer(
            KafkaSettings.For("kafka:9092") with { Acks = KafkaAcks.Leader });

        Assert.Equal("1", properties["acks"]);
        Assert.Equal("false", properties["enable.idempotence"]);
        Assert.Equal("0", properties["message.send.max.retries"]);
    }

    [Fact]
    public void A_reader_commits_nothing_and_leaves_no_record_out()
    {
        var properties = KafkaClientProperties.ForReader(KafkaSettings.For("kafka:9092"));

        Assert.Equal("false", properties["enable.auto.commit"]);
        Assert.Equal("read_uncommitted", properties["isolation.level"]);
        Assert.Equal("earliest", properties["auto.offset.reset"]);
    }
}
