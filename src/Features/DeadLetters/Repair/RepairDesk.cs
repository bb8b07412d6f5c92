using System.Diagnostics;
using System.Security.Cryptography;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Redis;
using Hobom.Slices.Runtime;
using LanguageExt;
using StackExchange.Redis;

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
public sealed class RepairDesk(RedisDeadLetterStore store, IReadOnlyList<Slice> slices, AuditTrail trail, TimeProvider clock)
{
    public async Task<RepairAnswer> EditAsync(DeadLetterKey key, byte[] payload, string reason, Caller caller)
    {
        if (!(await trail.BeginAsync(caller, "edit", [key.Format()], reason)).Succeeded(out var begun, out var failure))
            return new RepairAnswer.StoreDown(failure);
        var answer = await EditAsync(key, payload, reason, caller.Actor);
        await begun.EndAsync(answer.Result);
        return answer;
    }

    public async Task<RepairAnswer> UndoAsync(DeadLetterKey key, Caller caller)
    {
        if (!(await trail.BeginAsync(caller, "undo edit", [key.Format()])).Succeeded(out var begun, out var failure))
            return new RepairAnswer.StoreDown(failure);
        var answer = await UndoAsync(key, caller.Actor);
        await begun.EndAsync(answer.Result);
        return answer;
    }

    async Task<RepairAnswer> EditAsync(DeadLetterKey key, byte[] payload, string reason, string by)
    {
        if (slices.FirstOrDefault(s => s.Route.Category == key.Category) is not { } slice)
            return new RepairAnswer.Refused(new ReplayRefusal.NoRoute(key.Category).Message);
        if (!(await store.GetAsync(key)).Succeeded(out var lookup, out var failure)) return new RepairAnswer.StoreDown(failure);
        if (lookup is LetterLookup.Unreadable(_, var unreadable)) return new RepairAnswer.Refused(unreadable);
        if (lookup is not LetterLookup.Found(var letter)) return new RepairAnswer.NoLetter();
        if (!(await store.OriginalAsync(key)).Succeeded(out var original, out failure)) return new RepairAnswer.StoreDown(failure);
        if (!slice.Payloads.ValueOf(payload, key.Id, letter.HoldsRow).Succeeded(out var value, out var fault)) return new RepairAnswer.BadPayload(fault);

        var route = new ReplayRoute(slice.Route, slice.RecordKey);
        var changed = await store.ChangeAsync<RepairAnswer>(key, seen =>
        {
            var record = seen.Known ?? (seen.Record is RecordReading.None && seen.Exists
                ? DeadLetterDecisions.RecordOfAnotherWriter(letter, route, clock.GetUtcNow())
                : null);
            if (WhyNot(seen, record, letter) is { } refused) return (refused, null);
            var first = record!.Edit is null ? letter.Payload : original.IfNone(letter.Payload);
            var edit = EditOf(first, payload, reason, by);
            var edited = Holding(record, value) with { Edit = edit };
            var noted = edited.Noting(new HistoryEntry(edit.At, by, "edit", reason));
            return (new RepairAnswer.Done(edit), WriteOf(key, noted, value, record.Edit is null ? (ReadOnlyMemory<byte>?)letter.Payload : null, seen.TimeLeft));
        });
        return changed.Match(Right: answer => answer, Left: down => new RepairAnswer.StoreDown(down));
    }

    async Task<RepairAnswer> UndoAsync(DeadLetterKey key, string by)
    {
        if (!(await store.OriginalAsync(key)).Succeeded(out var kept, out var failure)) return new RepairAnswer.StoreDown(failure);
        var changed = await store.ChangeAsync<RepairAnswer>(key, seen =>
        {
            if (!seen.Exists) return (new RepairAnswer.NoLetter(), null);
            if (seen.Known is not { Edit: not null } record) return (new RepairAnswer.Refused("the letter is not edited"), null);
            if (HeldBy(record) is { } held) return (held, null);
            if (kept.IsNone) return (new RepairAnswer.Refused("the original is not kept any more"), null);
            var original = kept.IfNone(default(ReadOnlyMemory<byte>));
            var noted = (Holding(record, original) with { Edit = null })
                .Noting(new HistoryEntry(clock.GetUtcNow(), by, "undo edit"));
            return (new RepairAnswer.Done(null), WriteOf(key, noted, original, null, seen.TimeLeft, forgetOriginal: true));
        });
        return changed.Match(Right: answer => answer, Left: down => new RepairAnswer.StoreDown(down));
    }

    RepairAnswer? WhyNot(LetterSight seen, LetterRecord? record, StoredLetter letter) =>
        !seen.Exists ? new RepairAnswer.NoLetter()
        : record is null ? new RepairAnswer.Refused(LetterActions.WhyUnreadable(seen.Record))
        : HeldBy(record) is { } held ? held
        : record.PayloadSha256 != Digest(letter.Payload.Span) ? new RepairAnswer.Refused("the letter was changed meanwhile")
        : record.Stage == DeadLetter.DecideStage && record.EventId != letter.Key.Id
            ? new RepairAnswer.Refused(new ReplayRefusal.NoEventId().Message)
        : null;

    RepairAnswer.Refused? HeldBy(LetterRecord record) =>
        record.Claim is { } claim && claim.IsHeld(clock.GetUtcNow())
            ? new RepairAnswer.Refused($"{claim.By} replays it since {claim.Since:u}")
            : null;

    LetterEdit EditOf(ReadOnlyMemory<byte> original, ReadOnlyMemory<byte> payload, string reason, string by)
    {
        var changes = JsonDiff.Of(original, payload);
        return new LetterEdit(
            by, clock.GetUtcNow(), reason, Digest(original.Span), [.. changes.Take(LetterEdit.ChangeLimit)], changes.Count);
    }

    static LetterRecord Holding(LetterRecord record, ReadOnlyMemory<byte> payload) =>
        record with { PayloadBytes = payload.Length, PayloadSha256 = Digest(payload.Span) };

    /// <param name="original">To be kept from now on; null where it is, or is not to be.</param>
    LetterWrite WriteOf(
        DeadLetterKey key, LetterRecord record, ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte>? original, TimeSpan? life,
        bool forgetOriginal = false) => new(
        transaction =>
        [
            transaction.ExecuteAsync("SET", (RedisKey)key.Format(), payload.ToArray(), "XX", "KEEPTTL"),
            transaction.StringSetAsync(LetterKeys.Record(key), LetterRecordText.Format(record), life, When.Always),
            .. original is { } kept ? [transaction.StringSetAsync(LetterKeys.Original(key), kept.ToArray(), life, When.Always)] : Array.Empty<Task>(),
            .. forgetOriginal ? [transaction.KeyDeleteAsync(LetterKeys.Original(key))] : Array.Empty<Task>(),
            RedisLetterIndex.AddAsync(transaction, key, record.LastFailedAt),
            .. LetterWrites.Summarize(transaction, key, LetterSummary.Of(record), clock.GetUtcNow()),
        ],
        Condition.KeyExists(key.Format()));

    static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
