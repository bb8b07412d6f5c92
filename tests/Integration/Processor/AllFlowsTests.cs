namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>All five flows in one process, over the independent backends.</summary>
public sealed class AllFlowsTests(ProcessorNeighbours neighbours) : ProcessorTest(neighbours)
{
    static readonly (string Backend, string EventType)[] MainFlows =
        [("main", "MESSAGE"), ("main", "HOBOM_LOG"), ("main", "LAW_CHANGED")];

    static readonly (string Backend, string EventType)[] SpaceFlows = [("space", "SPACE_EVENT"), ("space", "SPACE_LOG")];

    [Fact]
    public async Task One_backend_down_leaves_the_other_flows_going_and_loses_nothing()
    {
        foreach (var (backend, eventType) in MainFlows.Concat(SpaceFlows)) await AddAsync(backend, eventType);
        await Control.AnswerGenerateAsync(SampleRows.Generated);
        await Control.StopAsync("space");
        await using var processor = await StartAsync(
            ("HOBOM_SPACE_GRPC_ADDR", Neighbours.Backends.SpaceAddress), ("HOBOM_LLM_GRPC_ADDR", Neighbours.Backends.LlmAddress));
        foreach (var (backend, eventType) in MainFlows) await SentAsync(backend, eventType, processor);
        foreach (var (backend, eventType) in SpaceFlows) Assert.Equal(1, await Control.CountAsync(backend, eventType, "PENDING"));
        Assert.Equal(1, (await Control.CallsAsync("main", "save")).Total);
        Assert.Equal(1, (await Control.CallsAsync("llm", "generate")).Total);

        await Control.StartAsync("space");
        foreach (var (backend, eventType) in SpaceFlows) await SentAsync(backend, eventType, processor);
    }

    Task SentAsync(string backend, string eventType, RunningProcessor processor) => Eventually.TrueAsync(
        async () => await Control.CountAsync(backend, eventType, "SENT") == 1, null, () => processor.Output);

    Task AddAsync(string backend, string eventType) => Control.AddRowsAsync(
        backend, new { eventType, eventId = $"{Prefix}{eventType}", payload = SampleRows.PayloadOf(eventType) });
}
