using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>What the end of one replay means to its job.</summary>
public static class ReplayJobResults
{
    public static JobResult Of(JobItem item, string key, ReplayAnswer answer) => answer switch
    {
        // The claim was this job's: what closed the letter, but for its expiry, was this job in an earlier process.
        ReplayAnswer.NoLetter when item.Interrupted => new JobResult.Delivered(item.Place, key, Unseen: true),
        ReplayAnswer.Ran(ReplayOutcome.Delivered) => new JobResult.Delivered(item.Place, key, Unseen: false),
        _ when AwayIn(answer) is { } away => new JobResult.PutBack(item.Place, key, away),
        _ when FailureIn(answer) is { } failure => new JobResult.Failed(item.Place, key, failure),
        _ => new JobResult.Skipped(item.Place, key, ReasonOf(answer)),
    };

    /// <summary>Says nothing of the letter: it was not tried.</summary>
    static string? AwayIn(ReplayAnswer answer) => answer switch
    {
        ReplayAnswer.StoreDown(var failure) => $"the store is away: {failure.Message}",
        ReplayAnswer.HeldElsewhere held => held.Message,
        ReplayAnswer.Ran(ReplayOutcome.NotBegun(var failure)) => $"the store is away: {failure.Message}",
        ReplayAnswer.Ran(ReplayOutcome.NotPublished(PublishFailure.Stopping why)) => why.Message,
        ReplayAnswer.Ran(ReplayOutcome.NotPublished(var why)) when why is not PublishFailure.Unknown && why.Scope.IsOutage() =>
            $"the broker is away: {why.Message}",
        _ => null,
    };

    static string? FailureIn(ReplayAnswer answer) => answer switch
    {
        ReplayAnswer.Ran(ReplayOutcome.NotPublished(var why)) => $"{why.Code}: {why.Message}",
        ReplayAnswer.Ran(ReplayOutcome.NotClosed(var reason)) => reason,
        _ => null,
    };

    static string ReasonOf(ReplayAnswer answer) => answer switch
    {
        ReplayAnswer.NoLetter or ReplayAnswer.Ran(ReplayOutcome.LetterGone) => "the letter is gone",
        ReplayAnswer.Unreadable(var reason) => reason,
        ReplayAnswer.Refused(ReplayRefusal.FailedAgain) => "it failed again after the plan was made",
        ReplayAnswer.Refused(var refusal) => refusal.Message,
        ReplayAnswer.PatchRefused(var reason) => $"the patch does not fit: {reason}",
        ReplayAnswer.Ran(ReplayOutcome.Busy) => "another has it in hand",
        ReplayAnswer.Ran(ReplayOutcome.NotClaimed(var reason)) => reason,
        ReplayAnswer.Ran(ReplayOutcome.OutcomeUnknown) =>
            "an earlier publish may have been written: sending it again wants a person's confirmation",
        _ => answer.Result,
    };
}
