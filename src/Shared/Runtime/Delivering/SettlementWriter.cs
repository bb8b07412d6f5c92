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
public sealed record SettlementProblem(string Stage, string Message);

/// <summary>Performs the steps that <see cref="Settlement"/> decides; the first that fails ends them.</summary>
public static class SettlementWriter
{
    /// <param name="id">None where the row has no id: such an event can be stored but not marked.</param>
    /// <returns>Null when all is done, else what went wrong: the row stays PENDING.</returns>
    public static async Task<SettlementProblem?> WriteAsync(
        EventOutcome outcome, EventId? id, DeadLetterKey key, LetterPort letters, RowMarks marks)
    {
        foreach (var step in Settlement.Of(outcome))
        {
            if (await PerformAsync(step, id, key, letters, marks) is { } problem) return problem;
        }

        return null;
    }

    static async Task<SettlementProblem?> PerformAsync(
        SettlementStep step, EventId? id, DeadLetterKey key, LetterPort letters, RowMarks marks)
    {
        switch (step)
        {
            case SettlementStep.MarkSent:
                return OfMark(await marks.Sent(id!.Value));
            case SettlementStep.MarkFailed(var reason):
                var problem = await marks.Failed(id!.Value, reason);
                // Only a label for operators: the letter and the row are both as they should be without it.
                if (problem is null) await letters.NoteRowFailed(key);
                return OfMark(problem);
            case SettlementStep.SaveDeadLetter(var letter):
                return OfStore(await letters.Save(letter));
            case SettlementStep.DropStaleLetter:
                return OfStore(await letters.Drop(key));
            default:
                throw new UnreachableException($"no such settlement step: {step}");
        }
    }

    static SettlementProblem? OfMark(string? problem) => problem is null ? null : new SettlementProblem(VisitStage.Mark, problem);

    static SettlementProblem? OfStore(Either<StoreFailure, Unit> result) =>
        result.TryGetRight(out _, out var failure) ? null : new SettlementProblem(VisitStage.Redis, $"Redis: {failure.Message}");
}
