using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Telemetry;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Settles the events of one visit, or leaves them PENDING for a later one, and counts how that ended.</summary>
/// <param name="noteSettled">Told of each event that is, after all else.</param>
sealed class Settler(
    RelayRoute route, DeliveryLedger ledger, LetterPort letters, RowMarks marks, VisitCounters tally, Action<EventId> noteSettled,
    TimeProvider clock, ILogger log)
{
    /// <param name="existing">Letters that earlier visits left behind.</param>
    public Task DeliveredAsync(Delivery delivery, RecordPosition at, IReadOnlySet<DeadLetterKey> existing)
    {
        ledger.NotePublished(IdsOf(delivery), at);
        return Task.WhenAll(delivery.Events.Select(e => SettleAsync(
            e.Id, e.LetterKey, new EventOutcome.Published(existing.Contains(e.LetterKey)), tally.Delivered)));
    }

    /// <summary>In Kafka since an earlier visit: only the mark was missing.</summary>
    public Task MarkLateAsync(EventId id, DeadLetterKey key, bool hasLetter) =>
        SettleAsync(id, key, new EventOutcome.Published(hasLetter), tally.MarkedLate);

    public Task RefuseAsync(Refusal refusal)
    {
        var letter = DeadLetter.Of(refusal, route.EventType, route.Topic, clock.GetUtcNow())
            with { TraceParent = Activity.Current?.Id };
        return SettleAsync(
            refusal.EventId, refusal.LetterKey,
            new EventOutcome.Refused(letter, CanBeMarked: refusal.EventId is not null), tally.Refused);
    }

    /// <param name="outage">Set where the cause is not the events' own.</param>
    public Task GiveUpAsync(Delivery delivery, IReadOnlyList<Attempt> failed, Outage? outage)
    {
        var (now, trace) = (clock.GetUtcNow(), Activity.Current);
        EventTrace.NoteFailure(trace, failed[^1].Code, failed[^1].Message);
        return Task.WhenAll(delivery.Events.Select(e => SettleAsync(
            e.Id, e.LetterKey,
            new EventOutcome.GaveUp(DeadLetter.Of(delivery, e, route.EventType, failed, outage, now) with { TraceParent = trace?.Id }),
            tally.DeadLettered)));
    }

    /// <summary>Leaves the events PENDING for a later visit.</summary>
    /// <param name="why">The failure that it is left for, if any.</param>
    public void Leave(Delivery delivery, PublishFailure? why = null)
    {
        if (why is not null)
        {
            tally.Problem(
                VisitStage.Publish, why.Code == LeasedPorts.NotHeldCode ? why.Message : $"Kafka: {why.Code}: {why.Message}");
        }

        ledger.ForgetUnwritten(IdsOf(delivery));
        tally.LeftPending(delivery.Events.Count);
    }

    public void LeaveAfterBug(Exception bug, int rows)
    {
        log.LogError(
            LogEvents.Named("delivery.bug"), bug,
            "{EventType}: delivering {Rows} events failed unexpectedly; they stay PENDING", route.EventType, rows);
        tally.Problem(VisitStage.Unexpected, $"internal error: {bug.GetType().Name}");
        tally.LeftPending(rows);
    }

    /// <param name="id">None where the row has no id: such an event can be stored but not marked.</param>
    /// <param name="count">Counts the event when all steps are done.</param>
    async Task SettleAsync(EventId? id, DeadLetterKey key, EventOutcome outcome, Action count)
    {
        if (await SettlementWriter.WriteAsync(outcome, id, key, letters, marks) is { } problem)
        {
            tally.Problem(problem.Stage, problem.Message);
            tally.LeftPending();
            if (id is { } left) ledger.ForgetUnwritten([left]);
        }
        else if (id is { } settled)
        {
            if (outcome is EventOutcome.Published) ledger.Forget([settled]);
            // Of a letter it is remembered that it may be in Kafka: a replay looks there first.
            else ledger.ForgetUnwritten([settled]);
            count();
            noteSettled(settled);
        }
        else
        {
            // Stored, but with no id to mark it by the row stays PENDING for good.
            tally.LeftPending();
        }
    }

    static EventId[] IdsOf(Delivery delivery) => [.. delivery.Events.Select(e => e.Id)];
}
