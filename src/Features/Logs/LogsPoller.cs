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
        await using var visit = runner.BeginVisit(stopping);
        await foreach (var part in outbox.FindNextAsync(claims, stopping))
        {
            if (!part.TryGetRight(out var found, out var failure)) return await visit.FailedAsync(failure);
            var admitted = await visit.AdmitAsync(found.Rows, found.Rest);
            foreign.Note(LogDecisions.ForeignValues(admitted));
            await visit.RunAsync(LogDecisions.Plan(admitted, flow, await limits.OfAsync(flow, admitted.Count), clock.GetUtcNow()));
            if (visit.MustEnd) break;
        }

        return await visit.EndAsync();
    }
}
