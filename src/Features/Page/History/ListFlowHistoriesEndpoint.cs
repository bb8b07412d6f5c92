using FastEndpoints;
using Hobom.Slices.Http;

namespace Hobom.Slices.Page.History;

/// <summary>How much flowed, minute by minute.</summary>
public sealed class ListFlowHistoriesEndpoint(FlowHistories histories)
    : EndpointWithoutRequest<ListFlowHistoriesEndpoint.FlowHistoryList>
{
    /// <param name="Delivered">By minute, the oldest first, 60 of them; null for a minute in which the process did not run.</param>
    public sealed record FlowHistoryView(
        string Name, IReadOnlyList<long?> Delivered, IReadOnlyList<long?> DeadLettered, IReadOnlyList<int?> LeftPending);

    /// <param name="StepSeconds">What one number stands for.</param>
    public sealed record FlowHistoryList(int StepSeconds, IReadOnlyList<FlowHistoryView> Items);

    public override void Configure()
    {
        Get("/pollers/history");
        Policies(Role.Reader);
        Summary(s =>
        {
            s.Summary = "The last hour of every flow";
            s.Description = "Delivered and dead-lettered by the minute, and what the last visit of the minute left pending. Kept in "
                + "memory: it begins with the process.";
            s.ResponseExamples[200] = new FlowHistoryList(
                60, [new FlowHistoryView("messages", [null, 120, 98], [null, 0, 2], [null, 0, 4])]);
        });
    }

    public override Task HandleAsync(CancellationToken ct) => Send.OkAsync(
        new FlowHistoryList(
            60,
            [.. histories.Now().Select(f => new FlowHistoryView(f.Name, f.Hour.Delivered, f.Hour.DeadLettered, f.Hour.LeftPending))]),
        ct);
}
