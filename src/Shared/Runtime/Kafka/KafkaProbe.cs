using Confluent.Kafka;

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
    public Task<KafkaProbeResult> AskAsync(IReadOnlyCollection<string> topics, TimeSpan limit) => Task.Factory.StartNew(
        () => Ask(topics, limit), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        if (client.IsValueCreated) client.Value.Dispose();
    }

    KafkaProbeResult Ask(IReadOnlyCollection<string> topics, TimeSpan limit)
    {
        try
        {
            // All topics, because asking for one by name may create it; and not DescribeTopics, which librdkafka's mock cluster lacks.
            var known = client.Value.GetMetadata(limit).Topics
                .Where(t => !t.Error.IsError).ToDictionary(t => t.Topic, StringComparer.Ordinal);
            return new KafkaProbeResult.Answered(
                [.. topics.Where(t => !known.ContainsKey(t))],
                [.. topics.Where(t => known.TryGetValue(t, out var found) && found.Partitions.Exists(p => p.Leader < 0))]);
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            return new KafkaProbeResult.Unreachable(e.Message);
        }
    }
}
