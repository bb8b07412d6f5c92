using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Bench.Backlog;

/// <summary>A relay's flow, by the rows that it takes.</summary>
/// <param name="Share">Of the rows of the others: LAW_CHANGED has three calls, one of them of a model, for each row.</param>
sealed record FlowUnderTest(string Backend, string EventType, int Share)
{
    public static IReadOnlyList<FlowUnderTest> All { get; } =
    [
        new("main", "MESSAGE", 1), new("main", "HOBOM_LOG", 1), new("space", "SPACE_EVENT", 1), new("space", "SPACE_LOG", 1),
        new("main", "LAW_CHANGED", 100),
    ];
}

/// <summary>What each flow took with the outbox to itself, and all of them at once; from the first mark to the last.</summary>
/// <param name="Alone">In the order of <see cref="FlowUnderTest.All"/>.</param>
sealed record FlowTimes(IReadOnlyList<TimeSpan> Alone, TimeSpan Together)
{
    /// <summary>
    /// 1: all at once take as long as one after the other. The outbox has one thread, so that there is little to be had above it;
    /// below it they are in each other's way.
    /// </summary>
    public double Ratio => Alone.Sum(t => t.TotalSeconds) / Together.TotalSeconds;
}

/// <summary>The relay's five flows in one processor, from @grpc/grpc-js.</summary>
static class FlowsRun
{
    public static async Task<FlowTimes> MeasureAsync(Neighbours neighbours, int rows)
    {
        await using var backends = await GrpcJsBackends.StartAsync();
        await using var processor = ProcessorUnderTest.Start(
            neighbours, ("HOBOM_GRPC_ADDR", backends.MainAddress), ("HOBOM_SPACE_GRPC_ADDR", backends.SpaceAddress),
            ("HOBOM_SPACE_GRPC_API_KEY", Outbox.Key), ("HOBOM_LLM_GRPC_ADDR", backends.LlmAddress),
            ("HOBOM_LLM_GRPC_API_KEY", Outbox.Key), ("HOBOM_POLL_INTERVAL", "500ms"));
        await processor.WhenServingAsync();
        // The first time is the runtime's.
        await DrainAsync(processor, backends.Control, FlowUnderTest.All, rows);
        var alone = new List<TimeSpan>();
        foreach (var flow in FlowUnderTest.All) alone.Add(await DrainAsync(processor, backends.Control, [flow], rows));
        return new FlowTimes(alone, await DrainAsync(processor, backends.Control, FlowUnderTest.All, rows));
    }

    static async Task<TimeSpan> DrainAsync(
        ProcessorUnderTest processor, GrpcJsControl control, IReadOnlyList<FlowUnderTest> flows, int rows)
    {
        await control.ResetAsync();
        foreach (var flow in flows)
            await control.GenerateRowsAsync(
                flow.Backend, flow.EventType, rows / flow.Share, bodyBytes: 200, idPrefix: $"{flow.EventType}-{Guid.NewGuid():N}-");
        var expected = flows.Sum(f => rows / f.Share);
        await BacklogRun.WhenSentAsync(() => SentAsync(control), expected, processor.ThrowIfEndedAsync);
        var marks = new List<long>(expected);
        foreach (var backend in flows.Select(f => f.Backend).Distinct(StringComparer.Ordinal))
            marks.AddRange((await control.AllMarksAsync(backend)).Values.Select(m => m.Max(mark => mark.At)));
        return TimeSpan.FromMilliseconds(marks.Max() - marks.Min());
    }

    static async Task<int> SentAsync(GrpcJsControl control) =>
        (await control.StateAsync()).Values.Sum(b => b.Counts?.Values.Sum(c => c.GetValueOrDefault("SENT")) ?? 0);
}
