using Confluent.Kafka.Admin;
using Hobom.Slices.Tests.Integration.Kafka;
using static Hobom.Slices.Tests.Integration.Processor.DoctorTests;

namespace Hobom.Slices.Tests.Integration.Outages;

/// <summary>What <c>hobom doctor</c> finds of topics and of an account's rights on them, at Kafka's own broker.</summary>
public sealed class DoctorOfTopicsTests(OutageNeighbours neighbours) : OutageTest(neighbours)
{
    readonly StrictKafka kafka = neighbours.Kafka;

    [RealKafkaFact]
    public async Task A_topic_that_is_missing_takes_less_or_may_not_be_written_or_read_is_told()
    {
        var settings = Neighbours.Settings(kafka.Settings);
        await kafka.Broker.CreateTopicAsync("hobom.logs", 1);
        try
        {
            await FindsAsync(settings, $"kafka: topic {Topic}", "not there", "kafka-topics.sh");
            await kafka.Broker.CreateTopicAsync(Topic, 2, ("max.message.bytes", "20000"), ("min.insync.replicas", "2"));
            await FindsAsync(settings, $"kafka: topic {Topic}", "takes 20000 bytes", "HOBOM_KAFKA_MESSAGE_MAX_BYTES");
            await FindsAsync(settings, $"kafka: topic {Topic}", "min.insync.replicas is 2", "add replicas");
            foreach (var (operation, words) in ((AclOperation, string)[])[(AclOperation.Write, "may not write"), (AclOperation.Read, "may not read")])
            {
                await kafka.Broker.RevokeAsync(StrictKafka.Account, Topic, operation);
                await FindsAsync(settings, $"kafka: topic {Topic}", words, "grant it");
                await kafka.Broker.GrantAsync(StrictKafka.Account, Topic, operation);
            }
        }
        finally
        {
            await kafka.ForgetTopicAsync(Topic);
            await kafka.ForgetTopicAsync("hobom.logs");
        }
    }
}
