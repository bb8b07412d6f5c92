using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Outbox.Batch;

namespace Hobom.Slices.Space;

/// <summary>One visit to the space outbox: read, decide, write.</summary>
public sealed class SpacePoller(SpaceOutboxClient outbox, PageClaims claims, DeliveryRunner runner)
{
    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        await using var visit = runner.BeginVisit(stopping);
        await foreach (var part in outbox.FindNextAsync(claims, stopping))
        {
            if (!part.TryGetRight(out var found, out var failure)) return await visit.FailedAsync(failure);
            var admitted = await visit.AdmitAsync(found.Rows, found.Rest);
            await visit.RunAsync(SpaceDecisions.Plan(admitted.Select(row => row.Read())));
            if (visit.MustEnd) break;
        }

        return await visit.EndAsync();
    }
}
