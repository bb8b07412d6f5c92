using System.Diagnostics;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Marks a row, as often as its flow tries it.</summary>
/// <param name="Sent">Null when it is marked, or is no more; else what went wrong, for people.</param>
/// <param name="Failed">With the reason that goes into the row; else as the other.</param>
public sealed record RowMarks(Func<EventId, Task<string?>> Sent, Func<EventId, string, Task<string?>> Failed);

/// <summary>Why a row could not be closed.</summary>
/// <param name="Stage">A <see cref="VisitStage"/>.</param>
/// <param name="Message">For people.</param>
public sealed record SettlementTrouble(string Stage, string Message);

/// <summary>Performs the steps that <see cref="Settlement"/> decides; the first that fails ends them.</summary>
public static class SettlementWriter
{
    /// <param name="id">None where the row has no id: such an event can be stored but not marked.</param>
    /// <returns>Null when all is done, else what went wrong: the row stays PENDING.</returns>
    public static async Task<SettlementTrouble?> WriteAsync(
        EventOutcome outcome, EventId? id, DeadLetterKey key, LetterPort letters, RowMarks marks)
    {
        foreach (var step in Settlement.Of(outcome))
        {
            if (await PerformAsync(step, id, key, letters, marks) is { } trouble) return trouble;
        }

        return null;
    }

    static async Task<SettlementTrouble?> PerformAsync(
        SettlementStep step, EventId? id, DeadLetterKey key, LetterPort letters, RowMarks marks)
    {
        switch (step)
        {
            case SettlementStep.MarkSent:
                return OfMark(await marks.Sent(id!.Value));
            case SettlementStep.MarkFailed(var reason):
                var trouble = await marks.Failed(id!.Value, reason);
                // Only a label for operators: the letter and the row are both as they should be without it.
                if (trouble is null) await letters.NoteRowFailed(key);
                return OfMark(trouble);
            case SettlementStep.SaveDeadLetter(var letter):
                return TroubleOf(await letters.Save(letter));
            case SettlementStep.DropStaleLetter:
                return TroubleOf(await letters.Drop(key));
            default:
                throw new UnreachableException($"no such settlement step: {step}");
        }
    }

    static SettlementTrouble? OfMark(string? trouble) => trouble is null ? null : new SettlementTrouble(VisitStage.Mark, trouble);

    static SettlementTrouble? TroubleOf(Either<StoreFailure, Unit> result) =>
        result.TryGetRight(out _, out var failure) ? null : new SettlementTrouble(VisitStage.Redis, $"Redis: {failure.Message}");
}
