using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Logs;

/// <summary>One visit to a log outbox: read, decide, write.</summary>
public sealed class LogsPoller(
    LogOutboxClient outbox, DeliveryRunner runner, LogFlow flow, LogBatchLimits limits, TimeProvider clock, ForeignValueWarnings foreign)
{
    /// <summary>The largest record that the topic takes, where it is known.</summary>
    public Func<Task<int?>> TopicByteLimit { get; init; } = () => Task.FromResult<int?>(null);

    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        using var visit = runner.BeginVisit(stopping);
        var found = await outbox.FindPendingAsync(stopping);
        if (!found.Succeeded(out var rows, out var failure)) return VisitReport.Failed(failure);
        var admitted = await visit.AdmitAsync(rows);
        foreign.Note(LogDecisions.ForeignValues(admitted, flow));
        // A lone row is not to be split whatever the limit.
        var topicLimit = admitted.Count > 1 ? await TopicByteLimit() : null;
        return await visit.RunAsync(LogDecisions.Plan(admitted, flow, limits.Within(topicLimit), clock.GetUtcNow()));
    }
}
