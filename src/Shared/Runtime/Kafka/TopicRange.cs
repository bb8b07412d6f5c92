using Confluent.Kafka;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>The records of a topic from a point in time up to where it ended when asked.</summary>
/// <param name="Starts">Where to begin in each partition that has any.</param>
/// <param name="Ends">The first offset beyond, by partition.</param>
sealed record TopicRange(IReadOnlyList<TopicPartitionOffset> Starts, IReadOnlyDictionary<Partition, Offset> Ends)
{
    /// <summary>So many last records are read however old they claim to be: a clock can be wrong by more than any margin.</summary>
    const long Tail = 100;

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
        foreach (var young in consumer.OffsetsForTimes(partitions.Select(p => new TopicPartitionTimestamp(p, since)), remaining()))
        {
            var watermarks = consumer.QueryWatermarkOffsets(young.TopicPartition, remaining());
            var start = StartOf(young.Offset, watermarks);
            if (start >= watermarks.High) continue;
            starts.Add(new TopicPartitionOffset(young.TopicPartition, start));
            ends[young.Partition] = watermarks.High;
        }

        return new TopicRange(starts, ends);
    }

    /// <summary>The first record that is young enough, which "End" says there is not; or an older one, for the tail's sake.</summary>
    static Offset StartOf(Offset young, WatermarkOffsets watermarks)
    {
        var tail = Math.Max(watermarks.Low.Value, watermarks.High.Value - Tail);
        return young == Offset.End ? tail : Math.Min(young.Value, tail);
    }

    static List<TopicPartition> PartitionsOf(IConsumer<Ignore, Ignore> consumer, string topic, TimeSpan limit)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        // All topics, because asking for one by name may create it.
        var found = admin.GetMetadata(limit).Topics.Find(t => t.Topic == topic && !t.Error.IsError);
        return found is null ? [] : found.Partitions.ConvertAll(p => new TopicPartition(topic, p.PartitionId));
    }
}
