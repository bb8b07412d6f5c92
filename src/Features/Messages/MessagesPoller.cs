using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Outbox.Batch;

namespace Hobom.Slices.Messages;

/// <summary>One visit to the message outbox: read, decide, write.</summary>
public sealed class MessagesPoller(MessageOutboxClient outbox, PageClaims claims, DeliveryRunner runner, TimeProvider clock)
{
    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        await using var visit = runner.BeginVisit(stopping);
        await foreach (var part in outbox.FindNextAsync(claims, stopping))
        {
            if (!part.TryGetRight(out var found, out var failure)) return await visit.FailedAsync(failure);
            var admitted = await visit.AdmitAsync(found.Rows, found.Rest);
            await visit.RunAsync(MessageDecisions.Plan(admitted.Select(row => row.Read()), clock.GetUtcNow()));
            if (visit.MustEnd) break;
        }

        return await visit.EndAsync();
    }
}
