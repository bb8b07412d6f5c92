using System.Diagnostics;
using Hobom.Slices.Core;
using LanguageExt;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Law;

/// <summary>Performs the steps that <see cref="Settlement"/> decides; the first that fails ends them.</summary>
sealed class LawSettler(LawParts parts, StepAttempts attempts)
{
    const string MarkStage = "mark";

    /// <returns>Null when all is done, else what went wrong: the row stays PENDING.</returns>
    public async Task<string?> SettleAsync(EventId? id, DeadLetterKey key, EventOutcome outcome, CancellationToken stopping)
    {
        foreach (var step in Settlement.Of(outcome))
        {
            if (await PerformAsync(step, id, key, stopping) is { } trouble) return trouble;
        }

        return null;
    }

    /// <summary>Whether an earlier visit left a letter behind.</summary>
    public async Task<Either<StoreFailure, bool>> HasLetterAsync(DeadLetterKey key) =>
        (await parts.Ports.Letters.FindExisting([key])).Map(found => found.Contains(key));

    public Task<string?> MarkSentAsync(EventId id, CancellationToken stopping) =>
        MarkAsync(id, () => parts.Ports.Marks.Sent(id), stopping);

    async Task<string?> PerformAsync(SettlementStep step, EventId? id, DeadLetterKey key, CancellationToken stopping)
    {
        switch (step)
        {
            case SettlementStep.MarkSent:
                return await MarkSentAsync(id!.Value, stopping);
            case SettlementStep.MarkFailed(var reason):
                var trouble = await MarkAsync(id!.Value, () => parts.Ports.Marks.Failed(id.Value, reason), stopping);
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

    async Task<string?> MarkAsync(
        EventId id, Func<Task<Either<CallFailure, MarkOutcome>>> mark, CancellationToken stopping)
    {
        var marked = await attempts.RunAsync(
            MarkStage, parts.Policies.Mark,
            async () => (await mark()).MapLeft(StepFaults.OfMark), stopping);
        if (!marked.Succeeded(out var outcome, out var end))
            return end is StepEnd.GaveUp { Last: var last } ? $"outbox: mark: {last.Code}: {last.Message}"
                : ((StepEnd.LeftPending)end).Trouble ?? "outbox: mark: the process is stopping";
        if (outcome is MarkOutcome.NoSuchRow)
            parts.Log.LogInformation(
                "{EventType}: the backend has no row of {EventId} any more; settled", LawDecisions.Route.EventType, id);
        return null;
    }

    static string? TroubleOf(Either<StoreFailure, Unit> result) =>
        result.Succeeded(out _, out var failure) ? null : $"Redis: {failure.Message}";
}
