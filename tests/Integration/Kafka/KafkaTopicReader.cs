using Confluent.Kafka;

namespace Hobom.Slices.Tests.Integration.Kafka;

/// <summary>Everything that a topic holds, as a consumer would see it; independent of the code under test.</summary>
static class KafkaTopicReader
{
    public static List<ConsumeResult<byte[]?, byte[]?>> ReadAll(string brokers, string topic, int partitions)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new Dictionary<string, string>
        {
            ["bootstrap.servers"] = brokers,
            ["group.id"] = "test",
            ["enable.auto.commit"] = "false",
            ["enable.partition.eof"] = "true",
        }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var records = new List<ConsumeResult<byte[]?, byte[]?>>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (var ended = 0; ended < partitions;)
        {
            var record = consumer.Consume(limit.Token);
            if (record.IsPartitionEOF) ended++;
            else records.Add(record);
        }

        return records;
    }
}
