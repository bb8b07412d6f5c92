using System.Text.Json;
using Hobom.Slices.Core;
using Hobom.Slices.Tests.Integration.Processor;

namespace Hobom.Slices.Tests.Integration.Outages;

/// <summary>What every outage of the messages' topic must look like, while it lasts and once it is over.</summary>
[Collection(OutageCollection.Name)]
public abstract class OutageTest(OutageNeighbours neighbours) : ProcessorTest(neighbours)
{
    protected const string Topic = "hobom.messages";
    protected const int Rows = 300;

    /// <summary>The rows of the outage stay PENDING but a few, through polls that go on; and everybody is told of which topic it is.</summary>
    /// <param name="topicIsThere">Every topic of the flows is; where one is not, the process becomes unready as soon as it sees that.</param>
    protected async Task AssertOutageAsync(RunningProcessor processor, string code, bool topicIsThere = true)
    {
        var begun = DateTimeOffset.UtcNow;
        await Outbox.GenerateAsync(Prefix, Rows);
        await processor.SaysAsync($"topic {Topic} takes no records");
        await processor.SaysAsync(code);
        await Eventually.TrueAsync(
            async () => (await ReadinessAsync(processor)).Contains($"topic {Topic}", StringComparison.Ordinal), null,
            () => $"readiness does not name the topic: {processor.Output}");
        using var readiness = JsonDocument.Parse(await ReadinessAsync(processor));
        Assert.Contains(readiness.RootElement.GetProperty("status").GetString(), (string[])(topicIsThere ? ["degraded"] : ["degraded", "unready"]));
        var poller = (await processor.Http.AskAsync(HttpMethod.Get, $"{DeadLetterApi.BasePath}/pollers/messages")).Body;
        using var status = JsonDocument.Parse(poller);
        Assert.True(status.RootElement.GetProperty("brokerAway").GetBoolean());
        Assert.Equal((Topic, "open"), (
            status.RootElement.GetProperty("circuit").GetProperty("topic").GetString(),
            status.RootElement.GetProperty("circuit").GetProperty("state").GetString()));
        Assert.Contains(code, status.RootElement.GetProperty("circuit").GetProperty("code").GetString(), StringComparison.Ordinal);

        // More visits than an outage may make letters. Each sends one record ahead, and that takes some of them seconds: 20 s
        // at most, as long as the right was taken away in the trial that made letters of all rows.
        var polls = await PollsAsync() + (2 * Circuit.LetterLimit);
        while (DateTimeOffset.UtcNow - begun < TimeSpan.FromSeconds(20) && await PollsAsync() < polls)
        {
            await processor.PollNowAsync();
            await Task.Delay(200);
        }

        var pending = await Outbox.CountAsync("PENDING");
        var letters = await Outbox.CountAsync("FAILED");
        Assert.InRange(letters, 0, Circuit.LetterLimit);
        Assert.Equal(Rows, pending + letters);
        Assert.Single(processor.Output.Split('\n'), l => l.Contains("takes no records", StringComparison.Ordinal));
    }

    /// <summary>The event ids of the letters.</summary>
    protected async Task<string[]> AssertOverAsync(RunningProcessor processor)
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

    protected async Task SendAgainAsOneGroupAsync(RunningProcessor processor, string[] failed)
    {
        Assert.NotEmpty(failed);
        string? id = null;
        var seen = "";
        await Eventually.TrueAsync(
            async () =>
            {
                seen = (await processor.Http.AskAsync(HttpMethod.Get, $"{DeadLetterApi.BasePath}/dlq/groups")).Body;
                using var groups = JsonDocument.Parse(seen);
                var all = groups.RootElement.GetProperty("groups").EnumerateArray().ToList();
                id = all.Count == 1 && all[0].GetProperty("count").GetInt32() == failed.Length ? all[0].GetProperty("id").GetString() : null;
                return id is not null;
            },
            TimeSpan.FromSeconds(20), () => $"the {failed.Length} letters of one outage are not one group: {seen} {processor.Output}");

        var plan = await processor.Http.PostJsonAsync("/dlq/replays", new { filter = new { group = id } });
        await processor.Http.PostJsonAsync($"/dlq/replays/{plan.GetProperty("id").GetString()}/start", new { });
        await Eventually.TrueAsync(
            async () => await Outbox.CountAsync("FAILED") == 0, null, () => $"not all were sent again: {processor.Output}");
        foreach (var gone in failed)
            await Eventually.TrueAsync(
                async () => !await Neighbours.Plain.KeyExistsAsync($"dlq:menu:{gone}"), null, () => $"the letter of {gone} stays");
    }

    async Task<int> PollsAsync() => (await Control.CallsAsync("main", "find-message")).Total;

    protected static async Task<string> ReadinessAsync(RunningProcessor processor) =>
        (await processor.Http.AskAsync(HttpMethod.Get, "/health/ready")).Body;
}
