using Hobom.Slices.Runtime.Kafka;

namespace Hobom.Slices.Host.Doctor;

/// <summary>What is wrong with a topic, by what Kafka tells of it. Pure.</summary>
static class KafkaDiagnosis
{
    public static readonly TimeSpan ClockLimit = TimeSpan.FromSeconds(5);

    /// <summary>All that is wrong, or one line that says that it is well.</summary>
    public static IEnumerable<CheckResult> Of(InspectedTopic topic, KafkaSettings settings, DateTimeOffset now)
    {
        var faults = FaultsOf(topic, settings, now).ToList();
        if (faults.Count > 0) return faults;
        string?[] unknown =
        [
            topic.CanWrite is null ? "its rights are not told" : null,
            topic.MaxMessageBytes is null ? "its limits are not told (DescribeConfigs)" : null,
            topic.NewestAt is null ? "no record tells a clock" : null,
        ];
        var note = string.Join(", ", unknown.OfType<string>());
        return [CheckResult.Well(NameOf(topic), note.Length > 0 ? note : null)];
    }

    static IEnumerable<CheckResult> FaultsOf(InspectedTopic topic, KafkaSettings settings, DateTimeOffset now)
    {
        var name = NameOf(topic);
        if (!topic.Exists)
        {
            yield return CheckResult.Wrong(
                name, "it is not there, or this account may not see it",
                $"make it (kafka-topics.sh --create --topic {topic.Topic}), and grant Describe, Read and Write on it");
            yield break;
        }

        if (topic.Leaderless > 0)
            yield return CheckResult.Wrong(
                name, $"{topic.Leaderless} of {topic.Partitions} partitions have no leader",
                "bring the brokers back that have their replicas");
        if (topic.CanWrite is false)
            yield return CheckResult.Wrong(name, "this account may not write to it", "grant it Write on the topic");
        if (topic.CanRead is false)
            yield return CheckResult.Wrong(
                name, "this account may not read it: what ended unknown could not be looked up", "grant it Read on the topic");
        if (topic.MaxMessageBytes < settings.MessageMaxBytes)
            yield return CheckResult.Wrong(
                name, $"it takes {topic.MaxMessageBytes} bytes in a record (max.message.bytes), and the processor makes up to "
                    + $"{settings.MessageMaxBytes}",
                "raise max.message.bytes of the topic, or lower HOBOM_KAFKA_MESSAGE_MAX_BYTES");
        if (settings.Acks is KafkaAcks.All && topic.MinInSyncReplicas > topic.ReplicaLimit)
            yield return CheckResult.Wrong(
                name, $"min.insync.replicas is {topic.MinInSyncReplicas}, and a partition has {topic.ReplicaLimit} replicas: nothing can "
                    + "be written",
                "add replicas, or lower min.insync.replicas of the topic");
        if (topic.NewestAt is { } newest && newest - now > ClockLimit)
            yield return CheckResult.Wrong(
                name, $"its newest record is {(newest - now).TotalSeconds:0} s from the future, by "
                    + (topic.NewestIsBrokers ? "the broker's clock" : "its producer's clock"),
                "set the clocks of this machine, of the brokers and of the producers by NTP");
    }

    static string NameOf(InspectedTopic topic) => $"kafka: topic {topic.Topic}";
}
