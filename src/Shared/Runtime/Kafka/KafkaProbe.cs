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

/// <summary>Asks for the cluster's topics.</summary>
public sealed class KafkaProbe(KafkaAdmin kafka)
{
    /// <summary>Takes at most the given time and creates no topic.</summary>
    public async Task<KafkaProbeResult> AskAsync(IReadOnlyCollection<string> topics, TimeSpan limit)
    {
        try
        {
            return await kafka.AskAsync(client => Task.FromResult<KafkaProbeResult>(Ask(client, topics, limit)));
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            return new KafkaProbeResult.Unreachable(e.Message);
        }
    }

    /// <summary>
    /// Whether the brokers make topics on first use. Null where they do not tell, or do not let this account know (it wants
    /// DescribeConfigs on the cluster).
    /// </summary>
    public async Task<bool?> CreatesTopicsAsync(TimeSpan limit)
    {
        try
        {
            return await kafka.AskAsync(client => AskWhetherCreatesAsync(client, limit));
        }
        catch (Exception e) when (e is KafkaException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    static async Task<bool?> AskWhetherCreatesAsync(IAdminClient client, TimeSpan limit)
    {
        var brokers = client.GetMetadata(limit).Brokers;
        if (brokers.Count == 0) return null;
        var name = brokers[0].BrokerId.ToString(CultureInfo.InvariantCulture);
        var found = await client.DescribeConfigsAsync(
            [new ConfigResource { Type = ResourceType.Broker, Name = name }], new DescribeConfigsOptions { RequestTimeout = limit });
        return found[0].Entries.TryGetValue("auto.create.topics.enable", out var entry) ? entry.Value == "true" : null;
    }

    static KafkaProbeResult.Answered Ask(IAdminClient client, IReadOnlyCollection<string> topics, TimeSpan limit)
    {
        // All topics, because asking for one by name may create it; and not DescribeTopics, which librdkafka's mock cluster lacks.
        var known = client.GetMetadata(limit).Topics
            .Where(t => !t.Error.IsError).ToDictionary(t => t.Topic, StringComparer.Ordinal);
        return new KafkaProbeResult.Answered(
            [.. topics.Where(t => !known.ContainsKey(t))],
            [.. topics.Where(t => known.TryGetValue(t, out var found) && found.Partitions.Exists(p => p.Leader < 0))]);
    }
}
