using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Settles the events of one visit, and counts how that ended.</summary>
sealed class Settler
{
    readonly DeliveryRunner runner;
    readonly DeliveryParts parts;
    readonly VisitCounters tally;
    readonly RowMarks marks;

    public Settler(DeliveryRunner runner, VisitCounters tally, CancellationToken stopping)
    {
        (this.runner, parts, this.tally) = (runner, runner.Parts, tally);
        marks = new RowMarks(
            async id => TroubleOf(await runner.MarkSentAsync(id, stopping), id),
            async (id, reason) => TroubleOf(await runner.MarkFailedAsync(id, reason, stopping), id));
    }

    /// <param name="id">None where the row has no id: such an event can be stored but not marked.</param>
    /// <param name="count">Counts the event when all steps are done.</param>
    public async Task SettleAsync(EventId? id, DeadLetterKey key, EventOutcome outcome, Action count)
    {
        if (await SettlementWriter.WriteAsync(outcome, id, key, parts.Ports.Letters, marks) is { } trouble)
        {
            tally.Problem(trouble.Stage, trouble.Message);
            tally.LeftPending();
            if (id is { } left) parts.Ledger.ForgetUnwritten([left]);
        }
        else if (id is { } settled)
        {
            if (outcome is EventOutcome.Published) parts.Ledger.Forget([settled]);
            // Of a letter it is remembered that it may be in Kafka: a replay looks there first.
            else parts.Ledger.ForgetUnwritten([settled]);
            count();
            runner.NoteSettled();
        }
        else
        {
            // Stored, but with no id to mark it by the row stays PENDING for good.
            tally.LeftPending();
        }
    }

    string? TroubleOf(Either<CallFailure, MarkOutcome> result, EventId id)
    {
        if (!result.TryGetRight(out var outcome, out var failure)) return $"outbox: mark: {failure}";
        if (outcome is MarkOutcome.NoSuchRow)
            parts.Log.LogInformation("{EventType}: the backend has no row of {EventId} any more; settled", parts.Route.EventType, id);
        return null;
    }
}
