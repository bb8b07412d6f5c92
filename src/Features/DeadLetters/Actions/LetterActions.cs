using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Letters;

namespace Hobom.Slices.DeadLetters.Actions;

/// <summary>What a person can do to a letter, replays aside. The names, in lower case, are part of the API.</summary>
public enum LetterAction
{
    /// <summary>Takes it off its expiry.</summary>
    Hold,

    /// <summary>Restarts its 72 hours.</summary>
    Extend,

    /// <summary>Puts a held letter back on its expiry.</summary>
    Release,

    /// <summary>Puts it aside; final after <see cref="LetterActions.UndoTime"/>.</summary>
    Discard,

    /// <summary>Undoes a discard.</summary>
    Restore,
}

/// <param name="Reason">Wanted for a discard.</param>
public sealed record LetterCommand(LetterAction Action, string By, string? Reason);

/// <summary>What an order does to one letter.</summary>
public abstract record LetterPlan
{
    LetterPlan()
    {
    }

    public sealed record NoLetter : LetterPlan;

    public sealed record Refused(string Reason) : LetterPlan;

    /// <summary>It is so already.</summary>
    public sealed record Nothing(TimeSpan? TimeLeft) : LetterPlan;

    /// <param name="Record">Null where the letter has none that this build can write.</param>
    /// <param name="Life">Of the payload from now on; null where it does not expire.</param>
    public sealed record Write(LetterRecord? Record, LetterSummary Summary, TimeSpan? Life) : LetterPlan;
}

/// <summary>Pure decisions about what people do to letters. None shortens the time left, but a discard.</summary>
public static class LetterActions
{
    public static readonly TimeSpan UndoTime = TimeSpan.FromHours(24);

    public static LetterPlan Plan(LetterCommand command, LetterSnapshot seen, DateTimeOffset now) => command.Action switch
    {
        LetterAction.Restore when seen.Exists => new LetterPlan.Refused("it is not discarded"),
        LetterAction.Restore when seen.IsDiscarded => Restore(command, seen, now),
        _ when !seen.Exists && seen.IsDiscarded => new LetterPlan.Refused("it is discarded; restore it first"),
        _ when !seen.Exists => new LetterPlan.NoLetter(),
        LetterAction.Hold when seen.TimeLeft is null => new LetterPlan.Nothing(null),
        LetterAction.Hold => Live(command, seen, null, now),
        LetterAction.Extend when seen.TimeLeft is null => new LetterPlan.Nothing(null),
        LetterAction.Extend => Live(command, seen, Longest(seen.TimeLeft), now),
        LetterAction.Release when seen.TimeLeft is { } left => new LetterPlan.Nothing(left),
        LetterAction.Release => Live(command, seen, DeadLetter.TimeToLive, now),
        LetterAction.Discard => Discard(command, seen, now),
        _ => throw new UnreachableException($"no plan for {command.Action}"),
    };

    static LetterPlan Discard(LetterCommand command, LetterSnapshot seen, DateTimeOffset now)
    {
        if (seen.Known is { } known && LetterStates.Of(known, now) is not (LetterState.Open or LetterState.Unknown) and var state)
            return new LetterPlan.Refused(state == LetterState.Provisional
                ? "its row is still PENDING: the next visit would bring it back"
                : $"it is {state.ToString().ToLowerInvariant()}");
        var note = new DiscardNote(now, command.By, command.Reason ?? "", now + UndoTime, WasHeld: seen.TimeLeft is null);
        var summary = SummaryOf(command, seen, now) with { State = LetterState.Discarded, Discarded = note };
        return new LetterPlan.Write(Noted(command, seen, now) is { } record ? record with { Discarded = note } : null, summary, UndoTime);
    }

    static LetterPlan.Write Restore(LetterCommand command, LetterSnapshot seen, DateTimeOffset now)
    {
        var held = (seen.Summary?.Discarded ?? seen.Known?.Discarded) is { WasHeld: true };
        var record = Noted(command, seen, now) is { } noted ? noted with { Discarded = null } : null;
        var summary = record is null
            ? SummaryOf(command, seen, now) with { State = LetterState.Open, Discarded = null }
            : LetterSummary.Of(record);
        return new LetterPlan.Write(record, summary, held ? null : DeadLetter.TimeToLive);
    }

    static LetterPlan.Write Live(LetterCommand command, LetterSnapshot seen, TimeSpan? life, DateTimeOffset now) =>
        new(Noted(command, seen, now), SummaryOf(command, seen, now), life);

    static LetterRecord? Noted(LetterCommand command, LetterSnapshot seen, DateTimeOffset now) =>
        seen.Known?.Noting(EntryOf(command, now));

    static LetterSummary SummaryOf(LetterCommand command, LetterSnapshot seen, DateTimeOffset now)
    {
        var summary = seen.Known is { } record
            ? LetterSummary.Of(record)
            : seen.Summary ?? LetterSummary.OfUnreadable(WhyUnreadable(seen.Record), now, 0);
        return summary with { LastAction = EntryOf(command, now) with { Note = null } };
    }

    static HistoryEntry EntryOf(LetterCommand command, DateTimeOffset now) =>
        new(now, command.By, command.Action.ToString().ToLowerInvariant(), command.Reason);

    static TimeSpan? Longest(TimeSpan? left) => left > DeadLetter.TimeToLive ? left : DeadLetter.TimeToLive;

    public static string WhyUnreadable(RecordReading record) =>
        record is RecordReading.Unreadable(var reason, _) ? reason : "it has no record: another program wrote it";
}
