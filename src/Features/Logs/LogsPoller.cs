using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Outbox.Batch;

namespace Hobom.Slices.Logs;

/// <summary>One visit to a log outbox: read, decide, write.</summary>
public sealed class LogsPoller(
    LogOutboxClient outbox, PageClaims claims, DeliveryRunner runner, LogFlow flow, LogSplitLimits limits,
    TimeProvider clock, ForeignValueWarnings foreign)
{
    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        using var visit = runner.BeginVisit(stopping);
        var found = await outbox.FindNextAsync(claims, stopping);
        if (!found.TryGetRight(out var rows, out var failure)) return visit.Failed(failure);
        var admitted = await visit.AdmitAsync(rows.Rows, rows.AreAll);
        foreign.Note(LogDecisions.ForeignValues(admitted));
        return await visit.RunAsync(LogDecisions.Plan(admitted, flow, await limits.OfAsync(flow, admitted.Count), clock.GetUtcNow()));
    }
}
