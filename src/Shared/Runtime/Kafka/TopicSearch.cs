using System.Text;
using Confluent.Kafka;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>Reads a range of a topic for the <c>event-id</c> headers of given events; one search, one use.</summary>
sealed class TopicSearch(IConsumer<Ignore, Ignore> consumer, TopicRange range, IEnumerable<EventId> ids)
{
    readonly Dictionary<Partition, Offset> unread = new(range.Ends);
    readonly System.Collections.Generic.HashSet<EventId> missing = [.. ids];
    readonly Dictionary<EventId, RecordPosition> found = [];

    /// <summary>Ends as soon as every event is found.</summary>
    /// <exception cref="OperationCanceledException">The limit was reached first; each record moves it.</exception>
    /// <exception cref="KafkaException">A broker refused.</exception>
    public Either<StoreFailure, IReadOnlyDictionary<EventId, RecordPosition>> Run(SilenceLimit limit)
    {
        consumer.Assign(range.Starts);
        while (unread.Count > 0 && missing.Count > 0)
        {
            if (Next(limit.Token) is not { } read) continue;
            limit.Heard();
            Note(read);
        }

        return found;
    }

    ConsumeResult<Ignore, Ignore>? Next(CancellationToken limit)
    {
        try
        {
            return consumer.Consume(limit);
        }
        catch (ConsumeException e) when (e.Error.Code == ErrorCode.GroupAuthorizationFailed)
        {
            // The client asks after its group by itself; a reader of given partitions does not need one.
            return null;
        }
    }

    void Note(ConsumeResult<Ignore, Ignore> read)
    {
        if (!read.IsPartitionEOF)
        {
            foreach (var header in read.Message.Headers) Note(header, new RecordPosition(read.Partition.Value, read.Offset.Value));
        }

        if (read.IsPartitionEOF || read.Offset >= unread.GetValueOrDefault(read.Partition) - 1) unread.Remove(read.Partition);
    }

    void Note(IHeader header, RecordPosition at)
    {
        if (header.Key != RecordHeader.EventId || header.GetValueBytes() is not { Length: > 0 } bytes) return;
        var id = new EventId(Encoding.UTF8.GetString(bytes));
        if (missing.Remove(id)) found.Add(id, at);
    }
}
