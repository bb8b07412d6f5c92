using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>One letter to be replayed.</summary>
/// <param name="Op">The operation that claims it: a replay of its own, or the job that replays many.</param>
/// <param name="AsOf">A letter that failed after this is not the one that was meant; null where any is.</param>
/// <param name="Patch">Changes the payload on its way out; the store keeps the original.</param>
public sealed record ReplayRequest(
    DeadLetterKey Key, string By, string Op, Confirmation Confirmation = Confirmation.None, DateTimeOffset? AsOf = null,
    JsonPatch? Patch = null);

/// <summary>How a request to replay one letter ended, or why it did not begin.</summary>
public abstract record ReplayAnswer
{
    ReplayAnswer()
    {
    }

    public sealed record NoLetter : ReplayAnswer;

    public sealed record Unreadable(string Reason) : ReplayAnswer;

    public sealed record Refused(ReplayRefusal Refusal) : ReplayAnswer;

    /// <summary>The patch does not fit the payload, or makes one that the flow refuses.</summary>
    public sealed record PatchRefused(string Reason) : ReplayAnswer;

    public sealed record StoreDown(StoreFailure Failure) : ReplayAnswer;

    /// <summary>Another process has the letter's flow: only that one replays.</summary>
    /// <param name="Holder">For people.</param>
    public sealed record HeldElsewhere(Category Flow, string Holder, DateTimeOffset? Since) : ReplayAnswer
    {
        public string Message => $"the flow '{Flow}' is held by {Holder}";
    }

    public sealed record Ran(ReplayOutcome Outcome) : ReplayAnswer;

    /// <summary>In the audit's words.</summary>
    public string Result => this switch
    {
        NoLetter => "no letter",
        Unreadable(var reason) => reason,
        Refused(var refusal) => $"refused: {refusal.Message}",
        PatchRefused(var reason) => $"the patch does not fit: {reason}",
        StoreDown(var failure) => failure.Message,
        HeldElsewhere held => held.Message,
        Ran(ReplayOutcome.Delivered) => "delivered",
        Ran(ReplayOutcome.LetterGone) => "no letter",
        Ran(ReplayOutcome.Busy(var holder)) => $"in hand of {holder.By}",
        Ran(ReplayOutcome.OutcomeUnknown(var reason)) => $"outcome unknown: {reason}",
        Ran(ReplayOutcome.NotInDoubt) => "nothing was in doubt",
        Ran(ReplayOutcome.NotPublished(var why)) => $"not published: {why.Code}",
        Ran(ReplayOutcome.NotClaimed(var reason)) => reason,
        Ran(ReplayOutcome.NotClosed(var reason, _)) => $"not closed: {reason}",
        Ran(ReplayOutcome.NotBegun(var failure)) => failure.Message,
        Ran(ReplayOutcome.UnderWay(var reason)) => $"under way: {reason}",
        Ran(var outcome) => outcome.GetType().Name,
        _ => throw new UnreachableException($"no words for {GetType().Name}"),
    };
}
