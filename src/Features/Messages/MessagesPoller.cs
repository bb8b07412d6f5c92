using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Outbox.Batch;

namespace Hobom.Slices.Messages;

/// <summary>One visit to the message outbox: read, decide, write.</summary>
public sealed class MessagesPoller(MessageOutboxClient outbox, PageClaims claims, DeliveryRunner runner, TimeProvider clock)
{
    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        using var visit = runner.BeginVisit(stopping);
        var found = await outbox.FindNextAsync(claims, stopping);
        if (!found.TryGetRight(out var rows, out var failure)) return visit.Failed(failure);
        var admitted = await visit.AdmitAsync(rows.Rows, rows.AreAll);
        return await visit.RunAsync(MessageDecisions.Plan(admitted.Select(row => row.Read()), clock.GetUtcNow()));
    }
}
