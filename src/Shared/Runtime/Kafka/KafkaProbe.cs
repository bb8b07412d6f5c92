using System.Globalization;
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
    int underWay;

    public KafkaProbe(KafkaSettings settings) => client = new Lazy<IAdminClient>(() =>
        new AdminClientBuilder(KafkaClientProperties.ForProbe(settings)).SetLogHandler((_, _) => { }).Build());

    /// <summary>Takes at most the given time and creates no topic.</summary>
    public Task<KafkaProbeResult> AskAsync(IReadOnlyCollection<string> topics, TimeSpan limit) =>
        TrackAsync(() => OnThreadAsync(() => Ask(topics, limit)));

    /// <summary>
    /// Whether the brokers make topics on first use. Null where they do not tell, or do not let this account know (it wants
    /// DescribeConfigs on the cluster).
    /// </summary>
    public Task<bool?> CreatesTopicsAsync(TimeSpan limit) => TrackAsync(() => AskWhetherCreatesAsync(limit));

    /// <summary>A client that is asked something just now is left to the end of the process.</summary>
    public void Dispose()
    {
        if (client.IsValueCreated && Volatile.Read(ref underWay) == 0) client.Value.Dispose();
    }

    async Task<T> TrackAsync<T>(Func<Task<T>> ask)
    {
        Interlocked.Increment(ref underWay);
        try
        {
            return await ask();
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }

    static Task<T> OnThreadAsync<T>(Func<T> ask) =>
        Task.Factory.StartNew(ask, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    async Task<bool?> AskWhetherCreatesAsync(TimeSpan limit)
    {
        try
        {
            var brokers = await OnThreadAsync(() => client.Value.GetMetadata(limit).Brokers);
            if (brokers.Count == 0) return null;
            var name = brokers[0].BrokerId.ToString(CultureInfo.InvariantCulture);
            var found = await client.Value.DescribeConfigsAsync(
                [new ConfigResource { Type = ResourceType.Broker, Name = name }], new DescribeConfigsOptions { RequestTimeout = limit });
            return found[0].Entries.TryGetValue("auto.create.topics.enable", out var entry) ? entry.Value == "true" : null;
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
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
