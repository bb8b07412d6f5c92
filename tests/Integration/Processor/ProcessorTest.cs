using Hobom.Slices.Tests.Integration.Interop;

namespace Hobom.Slices.Tests.Integration.Processor;

/// <summary>What each of these tests begins with: neighbours without rows, orders and letters.</summary>
[Collection(ProcessorCollection.Name)]
public abstract class ProcessorTest(ProcessorNeighbours neighbours) : IAsyncLifetime
{
    protected ProcessorNeighbours Neighbours => neighbours;

    protected MessageOutbox Outbox { get; } = new(neighbours);

    protected GrpcJsControl Control => neighbours.Control;

    protected TopicRecords Messages => neighbours.Messages;

    /// <summary>Of this test's event ids.</summary>
    protected string Prefix { get; } = ProcessorNeighbours.NewPrefix();

    public Task InitializeAsync() => neighbours.ResetAsync();

    public virtual Task DisposeAsync() => Task.CompletedTask;

    protected Task<RunningProcessor> StartAsync(params (string Name, string Value)[] settings) =>
        RunningProcessor.StartAsync(neighbours.Settings(settings));

    protected async Task<GrpcJsRow> RowAsync(string eventId) =>
        (await Control.RowsAsync("main", eventType: "MESSAGE")).Single(r => r.EventId == eventId);

    /// <summary>A mark takes this long, so that a visit can be met in the middle.</summary>
    protected Task SlowMarksAsync(int milliseconds) => Control.ScriptAsync(
        "main", "message/mark-sent", new GrpcJsOrder { DelayMs = milliseconds, Repeat = GrpcJsOrder.Forever });
}
