using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>A topic as Kafka tells it. What it does not tell, or does not let this account know, is null.</summary>
/// <param name="Leaderless">Partitions that nobody leads.</param>
/// <param name="ReplicaLimit">The fewest replicas of a partition.</param>
/// <param name="CanWrite">By what Kafka says of this account's rights; nothing is written to find out.</param>
/// <param name="NewestAt">The time in the newest record of all partitions.</param>
/// <param name="NewestIsBrokers">That time is the broker's and not a producer's.</param>
public sealed record InspectedTopic(
    string Topic, bool Exists, int Partitions, int Leaderless, int ReplicaLimit, int? MaxMessageBytes, int? MinInSyncReplicas,
    bool? CanWrite, bool? CanRead, DateTimeOffset? NewestAt, bool NewestIsBrokers);

/// <summary>Asks Kafka for all that a writer and reader of some topics should know. Writes nothing.</summary>
public sealed class TopicInspection(KafkaSettings settings)
{
    static readonly TimeSpan AskLimit = TimeSpan.FromSeconds(8);

    public Task<Either<StoreFailure, IReadOnlyList<InspectedTopic>>> LookAsync(IReadOnlyList<string> topics) =>
        Task.Factory.StartNew(
            () => LookWith(topics), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    async Task<Either<StoreFailure, IReadOnlyList<InspectedTopic>>> LookWith(IReadOnlyList<string> topics)
    {
        string? last = null;
        try
        {
            using var admin = new AdminClientBuilder(KafkaClientProperties.ForProbe(settings))
                .SetErrorHandler((_, error) => last = $"{error.Code}: {error.Reason}").SetLogHandler((_, _) => { }).Build();
            // All topics, because asking for one by name may create it.
            var all = admin.GetMetadata(AskLimit).Topics;
            var seen = new List<InspectedTopic>();
            foreach (var topic in topics)
                seen.Add(all.Find(t => t.Topic == topic && !t.Error.IsError) is { } found
                    ? await LookAsync(admin, found)
                    : new InspectedTopic(topic, false, 0, 0, 0, null, null, null, null, null, false));
            return seen;
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            return new StoreFailure(last ?? e.Message);
        }
    }

    async Task<InspectedTopic> LookAsync(IAdminClient admin, TopicMetadata topic)
    {
        var limits = await ConfigAsync(admin, topic.Topic);
        var rights = await RightsAsync(admin, topic.Topic);
        var (newest, isBrokers) = Newest(topic);
        return new InspectedTopic(
            topic.Topic, true, topic.Partitions.Count, topic.Partitions.Count(p => p.Leader < 0),
            topic.Partitions.Count == 0 ? 0 : topic.Partitions.Min(p => p.Replicas.Length), NumberOf(limits, "max.message.bytes"),
            NumberOf(limits, "min.insync.replicas"), rights?.Contains(AclOperation.Write), rights?.Contains(AclOperation.Read), newest,
            isBrokers);
    }

    static async Task<Dictionary<string, ConfigEntryResult>?> ConfigAsync(IAdminClient admin, string topic)
    {
        try
        {
            var found = await admin.DescribeConfigsAsync(
                [new ConfigResource { Type = ResourceType.Topic, Name = topic }], new DescribeConfigsOptions { RequestTimeout = AskLimit });
            return found[0].Entries;
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    static async Task<IReadOnlyList<AclOperation>?> RightsAsync(IAdminClient admin, string topic)
    {
        try
        {
            var described = await admin.DescribeTopicsAsync(
                TopicCollection.OfTopicNames([topic]),
                new DescribeTopicsOptions { IncludeAuthorizedOperations = true, RequestTimeout = AskLimit });
            return described.TopicDescriptions[0].AuthorizedOperations;
        }
        catch (KafkaException)
        {
            return null;
        }
    }

    /// <summary>Of the last record of each partition.</summary>
    (DateTimeOffset? At, bool IsBrokers) Newest(TopicMetadata topic)
    {
        var properties = KafkaClientProperties.ForReader(settings);
        properties["dotnet.consumer.consume.result.fields"] = "timestamp";
        (DateTimeOffset? At, bool IsBrokers) newest = (null, false);
        try
        {
            using var consumer = new ConsumerBuilder<Ignore, Ignore>(properties)
                .SetErrorHandler((_, _) => { }).SetLogHandler((_, _) => { }).Build();
            foreach (var partition in topic.Partitions)
            {
                var place = new TopicPartition(topic.Topic, partition.PartitionId);
                var marks = consumer.QueryWatermarkOffsets(place, AskLimit);
                if (marks.High.Value <= marks.Low.Value) continue;
                consumer.Assign([new TopicPartitionOffset(place, marks.High.Value - 1)]);
                if (consumer.Consume(AskLimit) is not { IsPartitionEOF: false } read) continue;
                var at = DateTimeOffset.FromUnixTimeMilliseconds(Math.Max(0, read.Message.Timestamp.UnixTimestampMs));
                if (newest.At is null || at > newest.At) newest = (at, read.Message.Timestamp.Type is TimestampType.LogAppendTime);
            }
        }
        catch (KafkaException)
        {
            return newest;
        }

        return newest;
    }

    static int? NumberOf(Dictionary<string, ConfigEntryResult>? entries, string name) =>
        entries is not null && entries.TryGetValue(name, out var entry)
        && int.TryParse(entry.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
