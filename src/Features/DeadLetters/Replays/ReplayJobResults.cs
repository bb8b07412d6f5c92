using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.DeadLetters.Decisions;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.DeadLetters.Replays;

/// <summary>What the end of one replay means to its job.</summary>
public static class ReplayJobResults
{
    const string Gone = "the letter is gone";

    public static JobResult Of(JobItem item, string key, ReplayAnswer answer) => answer switch
    {
        // The claim was this job's: what closed the letter, but for its expiry, was this job in an earlier process.
        ReplayAnswer.NoLetter when item.Interrupted => new JobResult.Delivered(item.Place, key, Unseen: true),
        ReplayAnswer.NoLetter => new JobResult.Skipped(item.Place, key, Gone),
        ReplayAnswer.Unreadable(var reason) => new JobResult.Skipped(item.Place, key, reason),
        ReplayAnswer.Refused(ReplayRefusal.FailedAgain) =>
            new JobResult.Skipped(item.Place, key, "it failed again after the plan was made"),
        ReplayAnswer.Refused(var refusal) => new JobResult.Skipped(item.Place, key, refusal.Message),
        ReplayAnswer.PatchRefused(var reason) => new JobResult.Skipped(item.Place, key, $"the patch does not fit: {reason}"),
        ReplayAnswer.StoreDown(var failure) => StoreAway(item, key, failure),
        ReplayAnswer.HeldElsewhere held => new JobResult.PutBack(item.Place, key, held.Message),
        ReplayAnswer.Ran(var outcome) => Of(item, key, outcome, answer.Result),
        _ => throw new UnreachableException($"nobody says what {answer} means to a job"),
    };

    /// <summary>Of a letter that was given back to its flow, at a later look. Where the store is away nothing is known yet.</summary>
    public static JobResult Of(JobItem item, string key, ReplayOutcome outcome) => outcome switch
    {
        ReplayOutcome.NotBegun(var failure) => new JobResult.UnderWay(item.Place, key, failure.Message),
        ReplayOutcome.LetterGone => new JobResult.Delivered(item.Place, key, Unseen: true),
        _ => Of(item, key, outcome, ""),
    };

    /// <summary>What was put back was not tried, or waits for a neighbour to be closed: that says nothing of the letter.</summary>
    static JobResult Of(JobItem item, string key, ReplayOutcome outcome, string words) => outcome switch
    {
        ReplayOutcome.Delivered => new JobResult.Delivered(item.Place, key, Unseen: false),
        ReplayOutcome.LetterGone => new JobResult.Skipped(item.Place, key, Gone),
        ReplayOutcome.Busy => new JobResult.Skipped(item.Place, key, "another has it in hand"),
        ReplayOutcome.NotClaimed(var reason) => new JobResult.Skipped(item.Place, key, reason),
        ReplayOutcome.OutcomeUnknown => new JobResult.Skipped(
            item.Place, key, "an earlier publish may have been written: sending it again requires a person's confirmation"),
        ReplayOutcome.NotInDoubt => new JobResult.Skipped(item.Place, key, words),
        ReplayOutcome.NotBegun(var failure) => StoreAway(item, key, failure),
        ReplayOutcome.NotPublished(PublishFailure.Stopping why) => new JobResult.PutBack(item.Place, key, why.Message),
        ReplayOutcome.NotPublished(var why) when why is not PublishFailure.Unknown && why.Scope.IsOutage() =>
            new JobResult.PutBack(item.Place, key, $"the broker is away: {why.Message}"),
        ReplayOutcome.NotPublished(var why) => new JobResult.Failed(item.Place, key, $"{why.Code}: {why.Message}"),
        ReplayOutcome.UnderWay(var reason) => new JobResult.UnderWay(item.Place, key, reason),
        ReplayOutcome.NotClosed(var reason, IsPassing: true) => new JobResult.PutBack(item.Place, key, reason),
        ReplayOutcome.NotClosed(var reason, _) => new JobResult.Failed(item.Place, key, reason),
        _ => throw new UnreachableException($"nobody says what {outcome} means to a job"),
    };

    static JobResult.PutBack StoreAway(JobItem item, string key, StoreFailure failure) =>
        new(item.Place, key, $"the store is away: {failure.Message}");
}
