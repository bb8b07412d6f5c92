using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>Each flow from its outbox to Kafka and Redis as they are shipped, in the containers that Testcontainers starts.</summary>
public sealed class ContainerFlowsTests(ContainerNeighbours containers) : IClassFixture<ContainerNeighbours>
{
    readonly string prefix = ProcessorNeighbours.NewPrefix();

    ProcessorNeighbours Neighbours => containers.Started;

    GrpcJsControl Control => Neighbours.Control;

    [ContainerTheory]
    [InlineData("main", "MESSAGE", "menu", "hobom.messages")]
    [InlineData("main", "HOBOM_LOG", "log", "hobom.logs")]
    [InlineData("space", "SPACE_EVENT", "space", "hobom.space-events")]
    [InlineData("space", "SPACE_LOG", "space-log", "hobom.logs")]
    [InlineData("main", "LAW_CHANGED", "law", null)]
    public async Task A_good_row_is_sent_once_and_a_bad_one_waits_as_a_letter(
        string backend, string eventType, string category, string? topic)
    {
        var (good, bad) = ($"{prefix}good", $"{prefix}bad");
        await Neighbours.ResetAsync();
        await Control.AnswerGenerateAsync(SampleRows.Generated);
        await Control.AddRowsAsync(backend, new { eventType, eventId = good, payload = SampleRows.PayloadOf(eventType) });
        await Control.AddRowsAsync(backend, new { eventType, eventId = bad });
        await using var processor = await RunningProcessor.StartAsync(Neighbours.Settings(
            ("HOBOM_SPACE_GRPC_ADDR", Neighbours.Backends.SpaceAddress), ("HOBOM_LLM_GRPC_ADDR", Neighbours.Backends.LlmAddress)));

        await Eventually.TrueAsync(
            async () => await Control.CountAsync(backend, eventType, "PENDING") == 0, null, () => $"rows stay PENDING: {processor.Output}");
        var rows = await Control.RowsAsync(backend, eventType: eventType);
        Assert.Equal([(good, "SENT"), (bad, "FAILED")], rows.Select(r => (r.EventId, r.Status)));
        Assert.True(await Neighbours.Plain.KeyExistsAsync($"dlq:{category}:{bad}"));
        Assert.False(await Neighbours.Plain.KeyExistsAsync($"dlq:{category}:{good}"));
        if (topic is null) await SavedOnceAsync();
        else await PublishedOnceAsync(topic, eventType, good, bad);
        await processor.StopAsync();
    }

    async Task SavedOnceAsync()
    {
        Assert.Equal(1, (await Control.CallsAsync("llm", "generate")).Total);
        Assert.Equal(1, (await Control.CallsAsync("main", "save")).Total);
    }

    async Task PublishedOnceAsync(string topic, string eventType, string good, string bad)
    {
        var records = new TopicRecords(() => Neighbours.Broker.Address, topic);
        await records.CatchUpAsync();
        Assert.Equal([eventType], Assert.Single(records.Of(good)).TextsOf("event-type"));
        Assert.Empty(records.Of(bad));
    }
}
