using System.Text.Json;
using Confluent.Kafka.Admin;
using Hobom.Slices.Core;
using Hobom.Slices.Tests.Integration.Kafka;
using Hobom.Slices.Tests.Integration.Processor;

namespace Hobom.Slices.Tests.Integration.Outages;

/// <summary>What befalls every record of a topic alike makes a few letters, is told with the topic's name, and is over by itself.</summary>
public sealed class TopicOutageTests(ProcessorNeighbours neighbours, StrictKafka kafka)
    : ProcessorTest(neighbours), IClassFixture<StrictKafka>
{
    const string Topic = "hobom.messages";
    const int Rows = 300;

    public override Task DisposeAsync() => kafka.ForgetTopicAsync(Topic);

    [RealKafkaFact]
    public async Task A_topic_that_is_deleted_makes_a_few_letters_that_are_sent_again_as_one_group()
    {
        await kafka.Broker.CreateTopicAsync(Topic, 4);
        await using var processor = await StartAsync(kafka.Settings);
        await Outbox.GenerateAsync($"{Prefix}before-", 20);
        await Outbox.AtLeastAsync(20, "SENT");

        await kafka.Broker.DeleteTopicAsync(Topic);
        await AssertOutageAsync(processor, "UnknownTopic");
        await kafka.Broker.CreateTopicAsync(Topic, 4);

        var failed = await AssertOverAsync(processor);
        await SendAgainAsOneGroupAsync(processor, failed);
    }

    [RealKafkaFact]
    public async Task A_write_right_that_is_taken_away_for_a_while_makes_a_few_letters()
    {
        await kafka.Broker.CreateTopicAsync(Topic, 4);
        await using var processor = await StartAsync(kafka.Settings);
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

    [OtherClockFact]
    public async Task A_clock_61_minutes_ahead_makes_a_few_letters_that_say_so()
    {
        await kafka.Broker.CreateTopicAsync(Topic, 4, ("message.timestamp.after.max.ms", "3600000"));
        await using var processor = RunningProcessor.Launch(Neighbours.Settings([.. kafka.Settings, .. FakeTime.Variables("+61m")]));
        await processor.AnswersAsync();

        await AssertOutageAsync(processor, "InvalidTimestamp");
        Assert.Contains("clock", processor.Output, StringComparison.Ordinal);
        await kafka.Broker.SetTopicAsync(Topic, ("message.timestamp.after.max.ms", "7200000"));

        var failed = await AssertOverAsync(processor);
        await SendAgainAsOneGroupAsync(processor, failed);
    }

    /// <summary>The rows of the outage stay PENDING but a few, through polls that go on; and everybody is told of which topic it is.</summary>
    async Task AssertOutageAsync(RunningProcessor processor, string code)
    {
        var begun = DateTimeOffset.UtcNow;
        await Outbox.GenerateAsync(Prefix, Rows);
        await processor.SaysAsync($"topic {Topic} takes no records");
        await processor.SaysAsync(code);
        await Eventually.TrueAsync(
            async () => (await ReadinessAsync(processor)).Contains($"topic {Topic}", StringComparison.Ordinal), null,
            () => $"readiness does not name the topic: {processor.Output}");
        Assert.Contains("degraded", await ReadinessAsync(processor), StringComparison.Ordinal);
        var poller = (await processor.Http.AskAsync(HttpMethod.Get, $"{DeadLetterApi.BasePath}/pollers/messages")).Body;
        using var status = JsonDocument.Parse(poller);
        Assert.True(status.RootElement.GetProperty("brokerAway").GetBoolean());
        Assert.Equal((Topic, "open"), (
            status.RootElement.GetProperty("circuit").GetProperty("topic").GetString(),
            status.RootElement.GetProperty("circuit").GetProperty("state").GetString()));
        Assert.Contains(code, status.RootElement.GetProperty("circuit").GetProperty("code").GetString(), StringComparison.Ordinal);

        // As long as the right was taken away in the trial that made letters of all rows.
        while (DateTimeOffset.UtcNow - begun < TimeSpan.FromSeconds(20))
        {
            await processor.PollNowAsync();
            await Task.Delay(500);
        }

        var pending = await Outbox.CountAsync("PENDING");
        var letters = await Outbox.CountAsync("FAILED");
        Assert.InRange(letters, 0, Circuit.LetterLimit);
        Assert.Equal(Rows, pending + letters);
        Assert.Single(processor.Output.Split('\n'), l => l.Contains("takes no records", StringComparison.Ordinal));
    }

    /// <summary>The event ids of the letters.</summary>
    async Task<string[]> AssertOverAsync(RunningProcessor processor)
    {
        await Outbox.NoneIsPendingAsync(processor);
        await processor.SaysAsync($"topic {Topic} takes records again");
        await Eventually.TrueAsync(
            async () => !(await ReadinessAsync(processor)).Contains(Topic, StringComparison.Ordinal), null, () => processor.Output);
        var failed = await Control.RowsAsync("main", "FAILED", "MESSAGE");
        Assert.InRange(failed.Length, 0, Circuit.LetterLimit);
        foreach (var row in failed) Assert.True(await Neighbours.Plain.KeyExistsAsync($"dlq:menu:{row.EventId}"));
        return [.. failed.Select(f => f.EventId)];
    }

    async Task SendAgainAsOneGroupAsync(RunningProcessor processor, string[] failed)
    {
        Assert.NotEmpty(failed);
        string? id = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var groups = JsonDocument.Parse((await processor.Http.AskAsync(HttpMethod.Get, $"{DeadLetterApi.BasePath}/dlq/groups")).Body);
                var all = groups.RootElement.GetProperty("groups").EnumerateArray().ToList();
                id = all.Count == 1 && all[0].GetProperty("count").GetInt32() == failed.Length ? all[0].GetProperty("id").GetString() : null;
                return id is not null;
            },
            TimeSpan.FromSeconds(20), () => $"the letters of one outage are not one group: {processor.Output}");

        var plan = await processor.Http.PostJsonAsync("/dlq/replays", new { filter = new { group = id } });
        await processor.Http.PostJsonAsync($"/dlq/replays/{plan.GetProperty("id").GetString()}/start", new { });
        await Eventually.TrueAsync(
            async () => await Outbox.CountAsync("FAILED") == 0, null, () => $"not all were sent again: {processor.Output}");
        foreach (var gone in failed)
            await Eventually.TrueAsync(
                async () => !await Neighbours.Plain.KeyExistsAsync($"dlq:menu:{gone}"), null, () => $"the letter of {gone} stays");
    }

    static async Task<string> ReadinessAsync(RunningProcessor processor) =>
        (await processor.Http.AskAsync(HttpMethod.Get, "/health/ready")).Body;
}
