using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hobom.Slices.Sandbox.Watch;

/// <summary>How many records the product's topics hold, from the end offsets that the broker itself tells.</summary>
internal sealed class TopicRecords(string broker) : IDisposable
{
    private const string Prefix = "hobom.";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly IAdminClient _client = new AdminClientBuilder([new("bootstrap.servers", broker)])
        .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>Records per topic, or null where the broker does not answer.</summary>
    public async Task<IReadOnlyDictionary<string, long>?> ReadAsync(CancellationToken stopping)
    {
        try
        {
            // The client knows no asynchronous way to ask for metadata.
            var metadata = await Task.Run(() => _client.GetMetadata(s_limit), stopping);
            return await EndsAsync([.. PartitionsOf(metadata)]);
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<Dictionary<string, long>> EndsAsync(IReadOnlyList<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
            return new Dictionary<string, long>(StringComparer.Ordinal);
        var ends = await _client.ListOffsetsAsync(
            partitions.Select(p => new TopicPartitionOffsetSpec { TopicPartition = p, OffsetSpec = OffsetSpec.Latest() }),
            new ListOffsetsOptions { RequestTimeout = s_limit });
        return ends.ResultInfos.Select(info => info.TopicPartitionOffsetError)
            .GroupBy(end => end.Topic, end => end.Offset.Value, StringComparer.Ordinal)
            .ToDictionary(topic => topic.Key, topic => topic.Sum(), StringComparer.Ordinal);
    }

    private static IEnumerable<TopicPartition> PartitionsOf(Metadata metadata) =>
        from topic in metadata.Topics
        where topic.Topic.StartsWith(Prefix, StringComparison.Ordinal)
        from partition in topic.Partitions
        select new TopicPartition(topic.Topic, partition.PartitionId);
}
