using FastEndpoints;
using Hobom.Slices.Http;

namespace Hobom.Slices.Page.History;

/// <summary>How much flowed, minute by minute.</summary>
public sealed class ListFlowHistoriesEndpoint(FlowHistories histories)
    : EndpointWithoutRequest<ListFlowHistoriesEndpoint.FlowHistoryList>
{
    /// <param name="Delivered">By minute, the oldest first, 60 of them; null for a minute in which the process did not run.</param>
    /// <param name="Day">The same for the last 24 hours.</param>
    public sealed record FlowHistoryView(
        string Name, IReadOnlyList<long?> Delivered, IReadOnlyList<long?> DeadLettered, IReadOnlyList<int?> LeftPending, FlowPast Day);

    /// <param name="StepSeconds">What one number stands for.</param>
    /// <param name="DayStepSeconds">The same in <c>day</c>, which has 48 of them.</param>
    public sealed record FlowHistoryList(int StepSeconds, int DayStepSeconds, IReadOnlyList<FlowHistoryView> Items);

    public override void Configure()
    {
        Get("/pollers/history");
        Policies(Role.Reader);
        Summary(s =>
        {
            s.Summary = "The last hour and the last day of every flow";
            s.Description = "Delivered and dead-lettered by the minute, and what the last visit of the minute left pending; `day` has the "
                + "same by half hours. Kept in memory: it begins with the process.";
            s.ResponseExamples[200] = new FlowHistoryList(
                60, 1800,
                [new FlowHistoryView("messages", [null, 120, 98], [null, 0, 2], [null, 0, 4], new FlowPast([3100, 2950], [0, 2], [0, 4]))]);
        });
    }

    public override Task HandleAsync(CancellationToken ct) => Send.OkAsync(
        new FlowHistoryList(
            60, 1800,
            [
                .. histories.Now()
                    .Select(f => new FlowHistoryView(f.Name, f.Hour.Delivered, f.Hour.DeadLettered, f.Hour.LeftPending, f.Day)),
            ]),
        ct);
}
