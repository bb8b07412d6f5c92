using Confluent.Kafka;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>The records of a topic from a point in time up to where it ended when asked.</summary>
/// <param name="Starts">Where to begin in each partition that has any.</param>
/// <param name="Ends">The first offset beyond, by partition.</param>
sealed record TopicRange(IReadOnlyList<TopicPartitionOffset> Starts, IReadOnlyDictionary<Partition, Offset> Ends)
{
    static readonly TopicRange Empty = new([], new Dictionary<Partition, Offset>());

    /// <param name="remaining">The time that is left; throws when there is none.</param>
    /// <exception cref="KafkaException">A broker did not answer.</exception>
    public static TopicRange Find(IConsumer<Ignore, Ignore> consumer, string topic, DateTimeOffset from, Func<TimeSpan> remaining)
    {
        var partitions = PartitionsOf(consumer, topic, remaining());
        if (partitions.Count == 0) return Empty;
        var since = new Timestamp(from);
        var starts = new List<TopicPartitionOffset>();
        var ends = new Dictionary<Partition, Offset>();
        foreach (var start in consumer.OffsetsForTimes(partitions.Select(p => new TopicPartitionTimestamp(p, since)), remaining()))
        {
            // "End" means that no record is as young as that.
            if (start.Offset == Offset.End) continue;
            var end = consumer.QueryWatermarkOffsets(start.TopicPartition, remaining()).High;
            if (start.Offset >= end) continue;
            starts.Add(start);
            ends[start.Partition] = end;
        }

        return new TopicRange(starts, ends);
    }

    static List<TopicPartition> PartitionsOf(IConsumer<Ignore, Ignore> consumer, string topic, TimeSpan limit)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        // All topics, because asking for one by name may create it.
        var found = admin.GetMetadata(limit).Topics.Find(t => t.Topic == topic && !t.Error.IsError);
        return found is null ? [] : found.Partitions.ConvertAll(p => new TopicPartition(topic, p.PartitionId));
    }
}
