using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using LanguageExt;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Law;

/// <summary>Closes law events. A mark is a step like the others: tried again, and given up as they are.</summary>
sealed class LawSettler(LawParts parts, StepAttempts attempts)
{
    const string MarkStage = "mark";

    /// <returns>Null when all is done, else what went wrong: the row stays PENDING.</returns>
    public Task<SettlementTrouble?> SettleAsync(EventId? id, DeadLetterKey key, EventOutcome outcome, CancellationToken stopping) =>
        SettlementWriter.WriteAsync(outcome, id, key, parts.Ports.Letters, new RowMarks(
            sent => MarkSentAsync(sent, stopping),
            (failed, reason) => MarkAsync(failed, () => parts.Ports.Marks.Failed(failed, reason), stopping)));

    /// <summary>Whether an earlier visit left a letter behind.</summary>
    public async Task<Either<StoreFailure, bool>> HasLetterAsync(DeadLetterKey key) =>
        (await parts.Ports.Letters.FindExisting([key])).Map(found => found.Contains(key));

    public Task<string?> MarkSentAsync(EventId id, CancellationToken stopping) =>
        MarkAsync(id, () => parts.Ports.Marks.Sent(id), stopping);

    async Task<string?> MarkAsync(
        EventId id, Func<Task<Either<CallFailure, MarkOutcome>>> mark, CancellationToken stopping)
    {
        var marked = await attempts.RunAsync(
            MarkStage, parts.Policies.Mark,
            async () => (await mark()).MapLeft(StepFaults.OfMark), stopping);
        if (!marked.TryGetRight(out var outcome, out var end))
            return end is StepEnd.GaveUp { Last: var last } ? $"outbox: mark: {last.Code}: {last.Message}"
                : ((StepEnd.LeftPending)end).Problem ?? "outbox: mark: the process is stopping";
        if (outcome is MarkOutcome.NoSuchRow)
            parts.Log.LogInformation(
                "{EventType}: the backend has no row of {EventId} any more; settled", LawDecisions.Route.EventType, id);
        return null;
    }
}
