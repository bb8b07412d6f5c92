using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace Hobom.Slices.Runtime.Kafka;

/// <summary>What Kafka says of the topics that the relay writes to.</summary>
public abstract record KafkaProbeResult
{
    KafkaProbeResult()
    {
    }

    /// <summary>No broker answered in time.</summary>
    public sealed record Unreachable(string Message) : KafkaProbeResult;

    /// <param name="Missing">Topics that are not there, or that this account may not see. Some brokers create them on first use.</param>
    /// <param name="Leaderless">Topics with a partition that nobody leads: its records must wait.</param>
    public sealed record Answered(IReadOnlyList<string> Missing, IReadOnlyList<string> Leaderless) : KafkaProbeResult;
}

/// <summary>Asks for the cluster's topics over a connection of its own, which it keeps.</summary>
public sealed class KafkaProbe : IDisposable
{
    readonly Lazy<IAdminClient> client;

    public KafkaProbe(KafkaSettings settings) => client = new Lazy<IAdminClient>(() =>
        new AdminClientBuilder(KafkaClientProperties.ForProbe(settings)).SetLogHandler((_, _) => { }).Build());

    /// <summary>Takes at most the given time and creates no topic.</summary>
    public async Task<KafkaProbeResult> AskAsync(IReadOnlyCollection<string> topics, TimeSpan limit)
    {
        if (topics.Count == 0) return new KafkaProbeResult.Answered([], []);
        try
        {
            return Of((await client.Value.DescribeTopicsAsync(
                TopicCollection.OfTopicNames(topics), new DescribeTopicsOptions { RequestTimeout = limit })).TopicDescriptions);
        }
        catch (DescribeTopicsException some)
        {
            return Of(some.Results.TopicDescriptions);
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            return new KafkaProbeResult.Unreachable(e.Message);
        }
    }

    public void Dispose()
    {
        if (client.IsValueCreated) client.Value.Dispose();
    }

    static KafkaProbeResult.Answered Of(List<TopicDescription> topics) => new(
        [.. topics.Where(t => t.Error.IsError).Select(t => t.Name)],
        [.. topics.Where(t => !t.Error.IsError && t.Partitions.Exists(p => p.Leader is null or { Id: < 0 })).Select(t => t.Name)]);
}
