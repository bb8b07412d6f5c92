using System.Diagnostics;
using Hobom.Slices.Audit;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Repair;

/// <summary>How an edit ended.</summary>
public abstract record RepairAnswer
{
    RepairAnswer()
    {
    }

    /// <param name="Edit">Null where the payload is the original again.</param>
    public sealed record Done(LetterEdit? Edit) : RepairAnswer;

    public sealed record NoLetter : RepairAnswer;

    /// <summary>The flow would refuse this payload, or its consumers would.</summary>
    public sealed record BadPayload(string Reason) : RepairAnswer;

    /// <summary>Not as the letter is now.</summary>
    public sealed record Refused(string Reason) : RepairAnswer;

    public sealed record StoreDown(StoreFailure Failure) : RepairAnswer;

    /// <summary>In the audit's words.</summary>
    public string Result => this switch
    {
        Done(null) => "the original is back",
        Done(var edit) => $"edited: {string.Join(", ", edit!.Changes.Select(c => $"{c.Op} {c.Path}"))}",
        NoLetter => "no letter",
        BadPayload(var reason) => $"refused: {reason}",
        Refused(var reason) => $"refused: {reason}",
        StoreDown(var failure) => failure.Message,
        _ => throw new UnreachableException($"no words for {GetType().Name}"),
    };
}

/// <summary>
/// Where payloads are edited. Id, category, key and topic stay as they are; the payload that failed is kept beside the
/// letter until it is delivered.
/// </summary>
public sealed class LetterEditor(RedisDeadLetterStore store, IReadOnlyList<Slice> slices, AuditTrail trail, TimeProvider clock)
{
    /// <param name="seenSha256">Of the payload that the editor was shown: another one is not written over. Null: whatever is there.</param>
    public async Task<RepairAnswer> EditAsync(
        DeadLetterKey key, byte[] payload, string reason, Caller caller, string? seenSha256 = null)
    {
        if (!(await trail.BeginAsync(caller, "edit", [key.Format()], reason)).TryGetRight(out var begun, out var failure))
            return new RepairAnswer.StoreDown(failure);
        var answer = await EditAsync(key, payload, reason, caller.Actor, seenSha256);
        await begun.EndAsync(answer.Result);
        return answer;
    }

    public async Task<RepairAnswer> UndoAsync(DeadLetterKey key, Caller caller)
    {
        if (!(await trail.BeginAsync(caller, "undo edit", [key.Format()])).TryGetRight(out var begun, out var failure))
            return new RepairAnswer.StoreDown(failure);
        var answer = await UndoAsync(key, caller.Actor);
        await begun.EndAsync(answer.Result);
        return answer;
    }

    async Task<RepairAnswer> EditAsync(DeadLetterKey key, byte[] payload, string reason, string by, string? seenSha256)
    {
        if (slices.FirstOrDefault(s => s.Route.Category == key.Category) is not { } slice)
            return new RepairAnswer.Refused(new ReplayRefusal.NoRoute(key.Category).Message);
        if (!(await store.GetAsync(key)).TryGetRight(out var lookup, out var failure)) return new RepairAnswer.StoreDown(failure);
        if (lookup is LetterLookup.Unreadable(_, var unreadable)) return new RepairAnswer.Refused(unreadable);
        if (lookup is not LetterLookup.Found(var letter)) return new RepairAnswer.NoLetter();
        if (!(await store.OriginalAsync(key)).TryGetRight(out var original, out failure)) return new RepairAnswer.StoreDown(failure);
        if (!slice.Payloads.ValueOf(payload, key.Id, letter.HoldsRow).TryGetRight(out var value, out var fault))
            return new RepairAnswer.BadPayload(fault);

        var unwritten = DeadLetterDecisions.RecordOfAnotherWriter(letter, new ReplayRoute(slice.Route, slice.RecordKey), clock.GetUtcNow());
        var wanted = new WantedEdit(payload, value, by, reason) { SeenSha256 = seenSha256 };
        return AnswerOf(await store.EditAsync(
            key, seen => LetterEdits.Plan(seen, letter, unwritten, original, wanted, clock.GetUtcNow())));
    }

    async Task<RepairAnswer> UndoAsync(DeadLetterKey key, string by)
    {
        if (!(await store.OriginalAsync(key)).TryGetRight(out var kept, out var failure)) return new RepairAnswer.StoreDown(failure);
        return AnswerOf(await store.EditAsync(key, seen => LetterEdits.PlanUndo(seen, kept, by, clock.GetUtcNow())));
    }

    static RepairAnswer AnswerOf(Either<StoreFailure, EditPlan> edited) => edited.Match(
        Left: down => new RepairAnswer.StoreDown(down),
        Right: RepairAnswer (plan) => plan switch
        {
            EditPlan.Write write => new RepairAnswer.Done(write.Record.Edit),
            EditPlan.Refused(var reason) => new RepairAnswer.Refused(reason),
            EditPlan.NoLetter => new RepairAnswer.NoLetter(),
            _ => throw new UnreachableException($"{plan}"),
        });
}
