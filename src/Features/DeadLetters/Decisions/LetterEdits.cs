using System.Security.Cryptography;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Actions;
using Hobom.Slices.DeadLetters.Letters;
using Hobom.Slices.DeadLetters.Repair;
using LanguageExt;

namespace Hobom.Slices.DeadLetters.Decisions;

/// <summary>What an edit does to a letter.</summary>
public abstract record EditPlan
{
    EditPlan()
    {
    }

    public sealed record NoLetter : EditPlan;

    /// <summary>Not as the letter is now.</summary>
    public sealed record Refused(string Reason) : EditPlan;

    /// <param name="KeepOriginal">The payload that failed, to be kept from now on; null where it is kept already, or no more.</param>
    /// <param name="ForgetOriginal">It is the payload again.</param>
    /// <param name="Life">Of all that belongs to the letter; null where it does not expire.</param>
    public sealed record Write(
        LetterRecord Record, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte>? KeepOriginal, bool ForgetOriginal,
        TimeSpan? Life) : EditPlan;
}

/// <summary>An edit that a person wants.</summary>
/// <param name="Given">As it was given: what the changes are told of.</param>
/// <param name="Value">What will be stored in its place.</param>
public sealed record WantedEdit(ReadOnlyMemory<byte> Given, ReadOnlyMemory<byte> Value, string By, string Reason)
{
    /// <summary>Of the payload that the editor was shown, in hexadecimal; null where that is not told.</summary>
    public string? SeenSha256 { get; init; }
}

/// <summary>Pure decisions about changing a letter's payload and changing it back.</summary>
public static class LetterEdits
{
    /// <param name="seen">The letter as it is now.</param>
    /// <param name="letter">As it was read, when the edit was checked.</param>
    /// <param name="unwritten">The record for a letter that has none: another program wrote it.</param>
    /// <param name="original">The payload that failed, of a letter that is edited already.</param>
    public static EditPlan Plan(
        LetterSnapshot seen, StoredLetter letter, LetterRecord unwritten, Option<ReadOnlyMemory<byte>> original, WantedEdit wanted,
        DateTimeOffset now)
    {
        if (!seen.Exists) return new EditPlan.NoLetter();
        if ((seen.Known ?? (seen.Record is RecordReading.None ? unwritten : null)) is not { } record)
            return new EditPlan.Refused(LetterActions.WhyUnreadable(seen.Record));
        if (HeldBy(record, now) is { } held) return held;
        if (record.PayloadSha256 != Digest(letter.Payload.Span)
            || !string.Equals(wanted.SeenSha256 ?? record.PayloadSha256, record.PayloadSha256, StringComparison.OrdinalIgnoreCase))
            return new EditPlan.Refused("the letter was changed meanwhile: look at it again");
        if (record.Stage == DeadLetter.DecideStage && record.EventId != letter.Key.Id)
            return new EditPlan.Refused(new ReplayRefusal.NoEventId().Message);
        var first = record.Edit is null ? letter.Payload : original.IfNone(letter.Payload);
        var edit = EditOf(first, wanted, now);
        var noted = (Holding(record, wanted.Value) with { Edit = edit }).Noting(new HistoryEntry(now, wanted.By, "edit", wanted.Reason));
        var keep = record.Edit is null ? letter.Payload : default(ReadOnlyMemory<byte>?);
        return new EditPlan.Write(noted, wanted.Value, keep, ForgetOriginal: false, seen.TimeLeft);
    }

    public static EditPlan PlanUndo(LetterSnapshot seen, Option<ReadOnlyMemory<byte>> original, string by, DateTimeOffset now)
    {
        if (!seen.Exists) return new EditPlan.NoLetter();
        if (seen.Known is not { Edit: not null } record) return new EditPlan.Refused("the letter is not edited");
        if (HeldBy(record, now) is { } held) return held;
        if (original.Case is not ReadOnlyMemory<byte> kept) return new EditPlan.Refused("the original is not kept any more");
        var noted = (Holding(record, kept) with { Edit = null }).Noting(new HistoryEntry(now, by, "undo edit"));
        return new EditPlan.Write(noted, kept, null, ForgetOriginal: true, seen.TimeLeft);
    }

    static EditPlan.Refused? HeldBy(LetterRecord record, DateTimeOffset now) =>
        record.Claim is { } claim && claim.IsHeld(now)
            ? new EditPlan.Refused($"{claim.By} replays it since {claim.Since:u}")
            : null;

    static LetterEdit EditOf(ReadOnlyMemory<byte> original, WantedEdit wanted, DateTimeOffset now)
    {
        var changes = JsonDiff.Of(original, wanted.Given);
        return new LetterEdit(
            wanted.By, now, wanted.Reason, Digest(original.Span), [.. changes.Take(LetterEdit.ChangeLimit)], changes.Count);
    }

    static LetterRecord Holding(LetterRecord record, ReadOnlyMemory<byte> payload) =>
        record with { PayloadBytes = payload.Length, PayloadSha256 = Digest(payload.Span) };

    /// <summary>Lower-case hexadecimal.</summary>
    internal static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
