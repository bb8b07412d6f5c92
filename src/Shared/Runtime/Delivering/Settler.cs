using System.Diagnostics;
using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Performs the steps that <see cref="Settlement"/> decides; the first that fails ends them.</summary>
sealed class Settler(DeliveryRunner runner, VisitTally tally, CancellationToken stopping)
{
    readonly DeliveryParts parts = runner.Parts;

    /// <param name="id">None where the row has no id: such an event can be stored but not marked.</param>
    /// <param name="count">Counts the event when all steps are done.</param>
    public async Task SettleAsync(EventId? id, DeadLetterKey key, EventOutcome outcome, Action count)
    {
        foreach (var step in Settlement.Of(outcome))
        {
            if (await PerformAsync(step, id, key) is not { } trouble) continue;
            tally.Trouble(trouble);
            tally.LeftPending();
            if (id is { } left) parts.Ledger.ForgetUnwritten([left]);
            return;
        }

        if (id is { } settled)
        {
            if (outcome is EventOutcome.Published) parts.Ledger.Forget([settled]);
            // Of a letter it is remembered that it may be in Kafka: a replay looks there first.
            else parts.Ledger.ForgetUnwritten([settled]);
            count();
        }
        else
        {
            // Stored, but with no id to mark it by the row stays PENDING for good.
            tally.LeftPending();
        }
    }

    /// <summary>Null when the step is done, else what went wrong.</summary>
    async Task<string?> PerformAsync(SettlementStep step, EventId? id, DeadLetterKey key)
    {
        switch (step)
        {
            case SettlementStep.MarkSent:
                return TroubleOf(await runner.MarkSentAsync(id!.Value, stopping), id.Value);
            case SettlementStep.MarkFailed(var reason):
                var trouble = TroubleOf(await runner.MarkFailedAsync(id!.Value, reason, stopping), id.Value);
                // Only a label for operators: the letter and the row are both as they should be without it.
                if (trouble is null) await parts.Ports.Letters.NoteRowFailed(key);
                return trouble;
            case SettlementStep.SaveDeadLetter(var letter):
                return TroubleOf(await parts.Ports.Letters.Save(letter));
            case SettlementStep.DropStaleLetter:
                return TroubleOf(await parts.Ports.Letters.Drop(key));
            default:
                throw new UnreachableException($"no such settlement step: {step}");
        }
    }

    string? TroubleOf(Either<CallFailure, MarkOutcome> result, EventId id)
    {
        if (!result.Succeeded(out var outcome, out var failure)) return $"outbox: mark: {failure}";
        if (outcome is MarkOutcome.NoSuchRow)
            parts.Log.LogInformation("{EventType}: the backend has no row of {EventId} any more; settled", parts.Route.EventType, id);
        return null;
    }

    static string? TroubleOf(Either<StoreFailure, Unit> result) =>
        result.Succeeded(out _, out var failure) ? null : $"Redis: {failure.Message}";
}
