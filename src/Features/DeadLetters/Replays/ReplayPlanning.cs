using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.DeadLetters.Repair;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>What the letter's flow says of a replay.</summary>
/// <param name="SeenPending">Whether the outbox last said that the event's row is PENDING; null before it has answered.</param>
sealed record ReplayFlow(ReplayRoute Route, PayloadRules Payloads, Func<EventId, bool?> SeenPending, bool Paused)
{
    public static ReplayFlow Of(Slice slice) => new(
        new ReplayRoute(slice.Route, slice.RecordKey), slice.Payloads, slice.Work.SeenPending, slice.Loop.IsPaused);
}

/// <summary>A letter and what is to be sent of it.</summary>
/// <param name="Letter">As it was read, without a patch.</param>
/// <param name="Unwritten">The record that a letter of another program gets when it is claimed; null where it has one.</param>
sealed record PlannedReplay(StoredLetter Letter, Delivery Delivery, LetterRecord? Unwritten);

/// <summary>From a letter's key to the delivery: pure but for the read.</summary>
static class ReplayPlanning
{
    public static async Task<Either<ReplayAnswer, StoredLetter>> FindAsync(RedisDeadLetterStore store, DeadLetterKey key)
    {
        if (!(await store.GetAsync(key)).TryGetRight(out var lookup, out var failure)) return new ReplayAnswer.StoreDown(failure);
        return lookup switch
        {
            LetterLookup.Found(var letter) => letter,
            LetterLookup.Unreadable(_, var reason) => new ReplayAnswer.Unreadable(reason),
            LetterLookup.Missing => new ReplayAnswer.NoLetter(),
            _ => throw new UnreachableException($"no such lookup: {lookup}"),
        };
    }

    public static Either<ReplayAnswer, PlannedReplay> Plan(ReplayRequest request, StoredLetter letter, ReplayFlow flow, DateTimeOffset now)
    {
        if (letter.Record is RecordReading.Readable(var record) && BlockedReasonOf(record, flow, request.AsOf) is { } blocked)
            return new ReplayAnswer.Refused(blocked);
        return Patched(request, letter, flow.Payloads).Bind(sent => DeadLetterDecisions
            .PlanReplay(sent, flow.Route, now, request.Patch is not null)
            .MapLeft(refusal => (ReplayAnswer)new ReplayAnswer.Refused(refusal))
            .Map(delivery => new PlannedReplay(
                letter, delivery,
                letter.Record is RecordReading.None ? DeadLetterDecisions.RecordOfAnotherWriter(letter, flow.Route, now) : null)));
    }

    static ReplayRefusal? BlockedReasonOf(LetterRecord record, ReplayFlow flow, DateTimeOffset? asOf) =>
        DeadLetterDecisions.BlockedReason(
            record, record.EventId is { Length: > 0 } id ? flow.SeenPending(new EventId(id)) : null, flow.Paused, asOf);

    static Either<ReplayAnswer, StoredLetter> Patched(ReplayRequest request, StoredLetter letter, PayloadRules payloads)
    {
        if (request.Patch is not { } patch) return letter;
        return PatchedPayload.Of(letter.Payload, patch, payloads, request.Key, letter.HoldsRow)
            .MapLeft(reason => (ReplayAnswer)new ReplayAnswer.PatchRefused(reason))
            .Map(payload => letter with { Payload = payload });
    }
}
