using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>
/// Publishes and settles one flow's deliveries, many at a time. One visit runs at a time; a poller's
/// visit is: <see cref="BeginVisit"/>, ask the outbox, <see cref="DeliveryVisit.AdmitAsync"/>, plan,
/// <see cref="DeliveryVisit.RunAsync"/>.
/// </summary>
public sealed class DeliveryRunner(DeliveryParts parts)
{
    readonly Lock gate = new();
    readonly MarkGate marks = new(parts.Policies.Mark, parts.Limits, parts.Clock, parts.Chance);
    OutageBreaker breaker;

    public DeliveryParts Parts => parts;

    public PendingRows Pending { get; } = new();

    /// <summary>The broker is taken to be away: a visit only asks whether it is back.</summary>
    public bool BrokerAway
    {
        get
        {
            lock (gate) return breaker.IsOpen;
        }
    }

    internal bool BackendAway => marks.IsShut;

    /// <summary>Forgets what is on its way and what the outbox said; no visit and no replay may be under way.</summary>
    public async Task ForgetAsync()
    {
        await parts.Ledger.ForgetAllAsync();
        Pending.Forget();
    }

    public DeliveryVisit BeginVisit(CancellationToken stopping)
    {
        marks.Reopen();
        parts.Ledger.BeginVisit();
        return new DeliveryVisit(this, stopping);
    }

    /// <summary>The backend may be called again, however often it has failed.</summary>
    internal void ReopenMarks() => marks.Reopen();

    internal void NoteDelivered()
    {
        lock (gate) breaker = OutageBreaker.Closed;
    }

    /// <summary>False where the outage has made its share of letters: the event stays PENDING.</summary>
    internal bool MayDeadLetter(PublishFailure last)
    {
        lock (gate)
        {
            var before = breaker;
            breaker = breaker.AfterGivenUp(last);
            return !(before.IsOpen && breaker.IsOpen);
        }
    }

    internal Task<Either<CallFailure, MarkOutcome>> MarkSentAsync(EventId id, CancellationToken stopping) =>
        marks.MarkAsync(() => parts.Ports.Marks.Sent(id), stopping);

    internal Task<Either<CallFailure, MarkOutcome>> MarkFailedAsync(
        EventId id, string reason, CancellationToken stopping) =>
        marks.MarkAsync(() => parts.Ports.Marks.Failed(id, reason), stopping);
}
