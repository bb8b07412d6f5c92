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
    readonly MarkCircuitBreaker marks = new(parts.Policies.Mark, parts.Limits, parts.Clock, parts.Chance);
    long settledAt;

    public DeliveryParts Parts => parts;

    public PendingRows Pending { get; } = new();

    public InFlightEvents Holds { get; } = new(parts.Clock);

    /// <summary>When the last event of the flow was closed by this process; null before the first.</summary>
    public DateTimeOffset? LastSettledAt =>
        Interlocked.Read(ref settledAt) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    internal ProbeChoice Probes { get; } = new();

    /// <summary>The topic takes no records, as far as anybody knows: a visit only asks whether it does again.</summary>
    public bool BrokerAway => parts.Circuit.IsOpen;

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
        Holds.BeginVisit();
        return new DeliveryVisit(this, stopping);
    }

    internal void NoteSettled() => Interlocked.Exchange(ref settledAt, parts.Clock.GetUtcNow().UtcTicks);

    /// <summary>The backend may be called again, however often it has failed.</summary>
    internal void ReopenMarks() => marks.Reopen();

    internal Task<Either<CallFailure, MarkOutcome>> MarkSentAsync(EventId id, CancellationToken stopping) =>
        marks.MarkAsync(() => parts.Ports.Marks.Sent(id), stopping);

    internal Task<Either<CallFailure, MarkOutcome>> MarkFailedAsync(
        EventId id, string reason, CancellationToken stopping) =>
        marks.MarkAsync(() => parts.Ports.Marks.Failed(id, reason), stopping);
}
