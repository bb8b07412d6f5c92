using System.Text;
using System.Text.Json;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>What a dry run shows is what is published then, all but the time.</summary>
public sealed class DryRunTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    [Fact]
    public async Task A_dry_run_shows_the_record_that_the_processor_then_publishes()
    {
        var payload = new { title = "제목 \U0001F600 \"<&", body = "b", recipient = "ann@example.org", senderId = "s", type = "PUSH_MESSAGE" };
        await using var processor = await StartAsync();
        var dry = await processor.Http.PostJsonAsync("/pollers/messages/dry-run", new { eventId = Prefix, eventType = "MESSAGE", payload });
        await Messages.CatchUpAsync();
        Assert.Empty(Messages.Of(Prefix));

        await Outbox.AddAsync(Prefix, payload);
        await Outbox.EachIsSentOnceAsync(1, processor);
        var told = dry.GetProperty("records").EnumerateArray().Single();
        var sent = Assert.Single(Messages.Of(Prefix));
        Assert.Equal(Encoding.UTF8.GetString(sent.Key), told.GetProperty("key").GetString());
        Assert.Equal(sent.Value.Length, told.GetProperty("valueBytes").GetInt32());
        Assert.Equal(
            sent.Headers.Where(h => h.Name != "traceparent").Select(h => (h.Name, Encoding.UTF8.GetString(h.Value))),
            told.GetProperty("headers").EnumerateArray().Select(h => (h.GetProperty("name").GetString()!, h.GetProperty("value").GetString()!)));
        Assert.Equal(FieldsOf(JsonDocument.Parse(sent.Value).RootElement), FieldsOf(told.GetProperty("value")));
    }

    static IEnumerable<(string, string?)> FieldsOf(JsonElement value) =>
        value.EnumerateObject().Where(p => p.Name != "sentAt").Select(p => (p.Name, p.Value.GetString()));
}
