using System.Text;
using Confluent.Kafka;
using Hobom.Slices.Core;
using LanguageExt;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>A record as a reader finds it, without its value.</summary>
/// <param name="At">The time that the producer, or the broker, has written into it.</param>
/// <param name="EventType">Null where no header tells it.</param>
/// <param name="Ids">Of the events that it carries, each once.</param>
public sealed record ScannedRecord(
    RecordPosition Position, DateTimeOffset At, string? EventType, IReadOnlyList<EventId> Ids, bool PossibleDuplicate);

/// <summary>A stretch of one partition.</summary>
/// <param name="Low">The first offset that is still there.</param>
/// <param name="From">The first that is read.</param>
/// <param name="End">The first that is not read any more.</param>
public sealed record PartitionRange(int Partition, long Low, long From, long End);

/// <summary>Reads a stretch of a topic from beginning to end, as often as it is asked; joins no group and commits nothing.</summary>
public sealed class TopicScan(KafkaSettings settings)
{
    static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(15);

    /// <summary>So long without a record or an end: the broker is gone.</summary>
    static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(30);

    /// <summary>What was written between the times, by partition; and from and to the offsets that are wanted as well.</summary>
    /// <param name="wanted">By partition, the least and the greatest.</param>
    public Task<Either<StoreFailure, IReadOnlyList<PartitionRange>>> RangesAsync(
        string topic, DateTimeOffset from, DateTimeOffset to, IReadOnlyDictionary<int, (long Least, long Most)> wanted) =>
        Task.Factory.StartNew(
            () => Ranges(topic, from, to, wanted), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Blocks between records.</summary>
    /// <exception cref="KafkaReadException">The broker does not answer, or refuses.</exception>
    public IEnumerable<ScannedRecord> Read(string topic, IReadOnlyList<PartitionRange> ranges)
    {
        var open = ranges.Where(r => r.From < r.End).ToDictionary(r => r.Partition, r => r.End);
        if (open.Count == 0) yield break;
        using var consumer = NewConsumer();
        consumer.Assign(ranges.Where(r => r.From < r.End).Select(r => new TopicPartitionOffset(topic, r.Partition, r.From)));
        while (open.Count > 0)
        {
            if (Next(consumer, topic) is not { } read) continue;
            var (partition, offset) = (read.Partition.Value, read.Offset.Value);
            if (!open.TryGetValue(partition, out var end)) continue;
            if (read.IsPartitionEOF || offset >= end - 1)
            {
                open.Remove(partition);
                // What was read does not name its topic: that field is not asked for, and the client takes no partition without one.
                consumer.Pause([new TopicPartition(topic, read.Partition)]);
            }

            if (!read.IsPartitionEOF && offset < end) yield return Of(read);
        }
    }

    Either<StoreFailure, IReadOnlyList<PartitionRange>> Ranges(
        string topic, DateTimeOffset from, DateTimeOffset to, IReadOnlyDictionary<int, (long Least, long Most)> wanted)
    {
        try
        {
            using var consumer = NewConsumer();
            using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
            // All topics, because asking for one by name may create it.
            var found = admin.GetMetadata(AskLimit).Topics.Find(t => t.Topic == topic && !t.Error.IsError);
            if (found is null) return new StoreFailure($"Kafka has no topic {topic}, or does not let this account see it");
            var partitions = found.Partitions.ConvertAll(p => new TopicPartition(topic, p.PartitionId));
            var first = OffsetsAt(consumer, partitions, from);
            var last = OffsetsAt(consumer, partitions, to);
            return partitions.ConvertAll(p => RangeOf(consumer, p, first[p.Partition.Value], last[p.Partition.Value], wanted));
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            return new StoreFailure($"{topic} cannot be read: {e.Message}");
        }
    }

    static PartitionRange RangeOf(
        IConsumer<Ignore, Ignore> consumer, TopicPartition partition, Offset first, Offset last,
        IReadOnlyDictionary<int, (long Least, long Most)> wanted)
    {
        var marks = consumer.QueryWatermarkOffsets(partition, AskLimit);
        var (low, high) = (marks.Low.Value, marks.High.Value);
        var start = first == Offset.End ? high : first.Value;
        var end = last == Offset.End ? high : last.Value;
        if (wanted.TryGetValue(partition.Partition.Value, out var range))
            (start, end) = (Math.Min(start, range.Least), Math.Max(end, range.Most + 1));
        return new PartitionRange(partition.Partition.Value, low, Math.Max(start, low), Math.Min(end, high));
    }

    /// <summary>By partition, the first that is as young; End where there is none.</summary>
    static Dictionary<int, Offset> OffsetsAt(IConsumer<Ignore, Ignore> consumer, List<TopicPartition> partitions, DateTimeOffset at) =>
        consumer.OffsetsForTimes(partitions.Select(p => new TopicPartitionTimestamp(p, new Timestamp(at))), AskLimit)
            .ToDictionary(o => o.Partition.Value, o => o.Offset);

    IConsumer<Ignore, Ignore> NewConsumer()
    {
        var properties = KafkaClientProperties.ForReader(settings);
        properties["dotnet.consumer.consume.result.fields"] = "headers,timestamp";
        return new ConsumerBuilder<Ignore, Ignore>(properties)
            .SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
    }

    static ConsumeResult<Ignore, Ignore>? Next(IConsumer<Ignore, Ignore> consumer, string topic)
    {
        try
        {
            return consumer.Consume(SilenceLimit)
                ?? throw new KafkaReadException($"{topic} cannot be read: nothing came for {SilenceLimit.TotalSeconds:0} s");
        }
        catch (ConsumeException e) when (e.Error.Code == ErrorCode.GroupAuthorizationFailed)
        {
            // The client asks after its group by itself; a reader of given partitions does not need one.
            return null;
        }
        catch (KafkaException e)
        {
            throw new KafkaReadException($"{topic} cannot be read: {e.Message}");
        }
    }

    static ScannedRecord Of(ConsumeResult<Ignore, Ignore> read)
    {
        List<EventId> ids = [];
        string? type = null;
        var doubtful = false;
        foreach (var header in read.Message.Headers)
        {
            var text = header.GetValueBytes() is { } bytes ? Encoding.UTF8.GetString(bytes) : "";
            if (header.Key == RecordHeader.EventType) type = text;
            else if (header.Key == RecordHeader.PossibleDuplicate) doubtful = text == "1";
            else if (header.Key == RecordHeader.EventId && text.Length > 0) ids.Add(new EventId(text));
        }

        return new ScannedRecord(
            new RecordPosition(read.Partition.Value, read.Offset.Value),
            DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, read.Message.Timestamp.UnixTimestampMs)), type,
            ids.Count > 1 ? [.. ids.Distinct()] : ids, doubtful);
    }
}

/// <summary>A topic could not be read to its end. The message is for people.</summary>
public sealed class KafkaReadException(string message) : Exception(message);
