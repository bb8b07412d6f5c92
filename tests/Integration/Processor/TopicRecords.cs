using System.Text;
using Confluent.Kafka;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>A record as any consumer of the topic sees it.</summary>
public sealed record TopicRecord(byte[] Key, byte[] Value, IReadOnlyList<(string Name, byte[] Value)> Headers)
{
    public IEnumerable<string> TextsOf(string header) =>
        Headers.Where(h => h.Name == header).Select(h => Encoding.UTF8.GetString(h.Value));
}

/// <summary>All records of a topic since the first look, by the event ids that they carry.</summary>
public sealed class TopicRecords(Func<string> broker, string topic)
{
    static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(10);

    readonly Dictionary<int, long> next = [];
    readonly Dictionary<string, List<TopicRecord>> byEvent = new(StringComparer.Ordinal);

    /// <summary>Reads to where the topic ends now.</summary>
    public async Task CatchUpAsync()
    {
        var trouble = "";
        await Eventually.TrueAsync(
            () => Task.Run(() =>
            {
                try
                {
                    Read();
                    return true;
                }
                catch (KafkaException e)
                {
                    trouble = e.Message;
                    return false;
                }
            }),
            TimeSpan.FromSeconds(60), () => $"{topic} cannot be read: {trouble}");
    }

    public IReadOnlyList<TopicRecord> Of(string eventId) => byEvent.GetValueOrDefault(eventId) ?? [];

    void Read()
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = broker(),
            GroupId = "hobom-tests",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
        }).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var unread = new Dictionary<int, long>();
        var found = admin.GetMetadata(CallLimit).Topics.Find(t => t.Topic == topic && !t.Error.IsError);
        foreach (var partition in found?.Partitions ?? [])
        {
            var marks = consumer.QueryWatermarkOffsets(new TopicPartition(topic, partition.PartitionId), CallLimit);
            if (marks.High > next.GetValueOrDefault(partition.PartitionId)) unread[partition.PartitionId] = marks.High;
        }

        consumer.Assign(unread.Keys.Select(p => new TopicPartitionOffset(topic, p, next.GetValueOrDefault(p))));
        while (unread.Count > 0)
        {
            var read = consumer.Consume(CallLimit) ?? throw new KafkaException(ErrorCode.Local_TimedOut);
            if (!read.IsPartitionEOF) Keep(read);
            var position = read.IsPartitionEOF ? read.Offset.Value : read.Offset.Value + 1;
            next[read.Partition] = position;
            if (position >= unread.GetValueOrDefault(read.Partition)) unread.Remove(read.Partition);
        }
    }

    void Keep(ConsumeResult<byte[], byte[]> read)
    {
        var record = new TopicRecord(
            read.Message.Key, read.Message.Value, [.. read.Message.Headers.Select(h => (h.Key, h.GetValueBytes()))]);
        // Other programs write no such header; of messages and space events the key is the event's id.
        foreach (var id in record.TextsOf("event-id").DefaultIfEmpty(Encoding.UTF8.GetString(record.Key)))
        {
            if (!byEvent.TryGetValue(id, out var records)) byEvent[id] = records = [];
            records.Add(record);
        }
    }
}
