using System.Globalization;
using System.Text;
using System.Text.Json;
using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>What the space outbox has that the main one has not: int64, times in ISO 8601, and a word for a row that is gone.</summary>
public sealed class SpaceInteropTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    readonly TopicRecords events = new(() => neighbours.Broker.Address, "hobom.space-events");

    [Fact]
    public async Task Page_ids_beyond_what_a_double_holds_arrive_as_the_same_numbers()
    {
        long[] pages = [9_007_199_254_740_993, -9_007_199_254_740_993, long.MaxValue, long.MinValue, 0];
        foreach (var page in pages) await AddAsync($"{Prefix}{page}", page);
        await using var processor = await StartAsync();
        await SettledAsync(pages.Length, processor);
        await events.CatchUpAsync();
        foreach (var page in pages)
        {
            var record = Assert.Single(events.Of($"{Prefix}{page}"));
            Assert.Equal(
                $$"""{"entityType":"PAGE","action":"UPDATED","spaceKey":"DOCS","pageId":{{page}},"title":"제목","actorId":"a"}""",
                Encoding.UTF8.GetString(record.Value));
            Assert.Equal(JsonValueKind.Number, JsonDocument.Parse(record.Value).RootElement.GetProperty("pageId").ValueKind);
            Assert.Equal(["SPACE_EVENT"], record.TextsOf("event-type"));
        }
    }

    [Fact]
    public async Task A_row_that_is_gone_when_its_mark_comes_is_settled_and_said_so()
    {
        await AddAsync(Prefix, 1);
        await Control.ScriptAsync("space", "space/mark-sent", new GrpcJsOrder { DelayMs = 1_000 });
        await using var processor = await StartAsync();
        await Eventually.TrueAsync(
            async () => (await Control.CallsAsync("space", "space/mark-sent")).Total == 1, null, () => processor.Output);
        await Control.DeleteRowAsync("space", Prefix);
        await processor.SaysAsync($"no row of {Prefix} any more");
        await processor.StopAsync();
        Assert.Equal(1, (await Control.CallsAsync("space", "space/mark-sent")).Total);
    }

    Task<RunningProcessor> StartAsync() => StartAsync(("HOBOM_SPACE_GRPC_ADDR", Neighbours.Backends.SpaceAddress));

    Task AddAsync(string eventId, long pageId) => Control.AddRowsAsync("space", new
    {
        eventType = "SPACE_EVENT",
        eventId,
        payload = new
        {
            entityType = "PAGE", action = "UPDATED", spaceKey = "DOCS", title = "제목", actorId = "a",
            pageId = pageId.ToString(CultureInfo.InvariantCulture),
        },
    });

    Task SettledAsync(int count, RunningProcessor processor) => Eventually.TrueAsync(
        async () => await Control.CountAsync("space", "SPACE_EVENT", "SENT") == count, null, () => processor.Output);
}
