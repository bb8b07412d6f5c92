using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Outbox.Batch;

namespace Hobom.Slices.Space;

/// <summary>One visit to the space outbox: read, decide, write.</summary>
public sealed class SpacePoller(SpaceOutboxClient outbox, PageClaims claims, DeliveryRunner runner)
{
    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        using var visit = runner.BeginVisit(stopping);
        var found = await outbox.FindNextAsync(claims, stopping);
        if (!found.TryGetRight(out var rows, out var failure)) return visit.Failed(failure);
        var admitted = await visit.AdmitAsync(rows.Rows, rows.AreAll);
        return await visit.RunAsync(SpaceDecisions.Plan(admitted.Select(row => row.Read())));
    }
}
