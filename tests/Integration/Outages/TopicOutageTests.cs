using Confluent.Kafka.Admin;
using Hobom.Slices.Tests.Integration.Kafka;
using Hobom.Slices.Tests.Integration.Processor;

namespace Hobom.Slices.Tests.Integration.Outages;

/// <summary>What befalls every record of a topic alike makes a few letters, is told with the topic's name, and is over by itself.</summary>
public sealed class TopicOutageTests(OutageNeighbours neighbours) : OutageTest(neighbours)
{
    const string OtherTopic = "hobom.logs";

    readonly StrictKafka kafka = neighbours.Kafka;

    public override async Task DisposeAsync()
    {
        await kafka.ForgetTopicAsync(Topic);
        await kafka.ForgetTopicAsync(OtherTopic);
    }

    [RealKafkaFact]
    public async Task A_topic_that_is_deleted_makes_a_few_letters_that_are_sent_again_as_one_group()
    {
        await using var processor = await StartWithTopicsAsync();
        await Outbox.GenerateAsync($"{Prefix}before-", 20);
        await Outbox.AtLeastAsync(20, "SENT");

        await kafka.Broker.DeleteTopicAsync(Topic);
        await AssertOutageAsync(processor, "UnknownTopic", topicIsThere: false);
        await kafka.Broker.CreateTopicAsync(Topic, 4);

        var failed = await AssertOverAsync(processor);
        await SendAgainAsOneGroupAsync(processor, failed);
    }

    [RealKafkaFact]
    public async Task While_a_topic_is_missing_the_process_is_not_ready_and_it_is_live()
    {
        await kafka.Broker.CreateTopicAsync(OtherTopic, 1);
        await using var processor = await StartAsync(kafka.Settings);
        await Eventually.TrueAsync(
            async () => (await processor.Http.AskAsync(HttpMethod.Get, "/health/ready")).Status == 503
                && (await ReadinessAsync(processor)).Contains($"topic {Topic} is not there", StringComparison.Ordinal),
            null, () => processor.Output);
        Assert.DoesNotContain($"{OtherTopic} is not there", await ReadinessAsync(processor), StringComparison.Ordinal);
        Assert.Equal(200, (await processor.Http.AskAsync(HttpMethod.Get, "/health/live")).Status);

        await kafka.Broker.CreateTopicAsync(Topic, 4);
        await Eventually.TrueAsync(
            async () => (await processor.Http.AskAsync(HttpMethod.Get, "/health/ready")).Status == 200, null, () => processor.Output);
    }

    [RealKafkaFact]
    public async Task A_write_right_that_is_taken_away_for_a_while_makes_a_few_letters()
    {
        await using var processor = await StartWithTopicsAsync();
        await Outbox.GenerateAsync($"{Prefix}before-", 20);
        await Outbox.AtLeastAsync(20, "SENT");

        await kafka.Broker.RevokeAsync(StrictKafka.Account, Topic, AclOperation.Write);
        try
        {
            await AssertOutageAsync(processor, "AuthorizationFailed");
        }
        finally
        {
            await kafka.Broker.GrantAsync(StrictKafka.Account, Topic, AclOperation.Write);
        }

        // Of an idempotent producer that may write nowhere Kafka's client makes an end: then there is no letter at all.
        var failed = await AssertOverAsync(processor);
        if (failed.Length > 0) await SendAgainAsOneGroupAsync(processor, failed);
    }

    /// <summary>Both topics of the flows: a missing one is what readiness would speak of.</summary>
    async Task<RunningProcessor> StartWithTopicsAsync()
    {
        await kafka.Broker.CreateTopicAsync(Topic, 4);
        await kafka.Broker.CreateTopicAsync(OtherTopic, 1);
        return await StartAsync(kafka.Settings);
    }
}
