using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>What came of asking for a letter's claim.</summary>
public abstract record ClaimAnswer
{
    ClaimAnswer()
    {
    }

    /// <param name="AfterAnother">An earlier claim was left behind: what its process did last, only the ledger can tell.</param>
    public sealed record Granted(bool AfterAnother) : ClaimAnswer;

    public sealed record Refused(ReplayOutcome Outcome) : ClaimAnswer;
}

/// <summary>How the replay of one dead letter ended.</summary>
public abstract record ReplayOutcome
{
    ReplayOutcome()
    {
    }

    /// <summary>In Kafka (or where else it belongs), the row SENT, the letter gone.</summary>
    /// <param name="Position">
    /// None where it does not go to Kafka, or an earlier replay had published it and this one only closed it.
    /// </param>
    public sealed record Delivered(RecordPosition? Position) : ReplayOutcome;

    /// <summary>A visit or another replay has the event in hand.</summary>
    public sealed record Busy(InFlightMark Holder) : ReplayOutcome;

    /// <summary>The letter was closed or changed between being read and being claimed.</summary>
    public sealed record NotClaimed(string Reason) : ReplayOutcome;

    /// <summary>Not written; the letter stays.</summary>
    public sealed record NotPublished(PublishFailure Failure) : ReplayOutcome;

    /// <summary>An earlier publish may have been written and is not to be found: sending again wants a confirmation.</summary>
    public sealed record OutcomeUnknown(string Reason) : ReplayOutcome;

    /// <summary>It was said to be delivered, and there is no earlier try that could have been: nothing was done.</summary>
    public sealed record NotInDoubt : ReplayOutcome;

    /// <summary>
    /// Given back to its flow, which goes on with it by itself: how it ends nobody knows yet. <see cref="FlowOperations.Follow"/> tells.
    /// </summary>
    public sealed record UnderWay(string Reason) : ReplayOutcome;

    /// <summary>Published, but its row or its letter could not be closed; another replay does just that.</summary>
    /// <param name="IsPassing">A neighbour cannot be reached now. Not so where it answers and fails this one: others may go by.</param>
    public sealed record NotClosed(string Reason, bool IsPassing) : ReplayOutcome;

    /// <summary>The letter is no more: a visit or another replay has delivered the event, or somebody has discarded it.</summary>
    public sealed record LetterGone : ReplayOutcome;

    /// <summary>Redis was away, so nothing was begun.</summary>
    public sealed record NotBegun(StoreFailure Failure) : ReplayOutcome;
}
