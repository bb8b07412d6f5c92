using System.Diagnostics;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Http;

/// <summary>What is answered where a replay did not deliver its event.</summary>
public static class OutcomeAnswer
{
    public static (int Status, ErrorAnswer Error) Of(ReplayOutcome outcome) => outcome switch
    {
        ReplayOutcome.LetterGone => (404, new ErrorAnswer("the dead letter is gone: it was delivered or discarded meanwhile")),
        ReplayOutcome.Busy(var holder) => (409, new ErrorAnswer("the event is in hand") { HeldBy = holder.By, HeldSince = holder.Since }),
        ReplayOutcome.NotClaimed(var reason) => (409, new ErrorAnswer(reason)),
        ReplayOutcome.NotInDoubt =>
            (
                409,
                new ErrorAnswer("no earlier try of it can have been delivered; what was settled elsewhere is discarded, with the reason")),
        ReplayOutcome.OutcomeUnknown(var reason) =>
            (409, new ErrorAnswer($"{reason}; repeat with ?confirm=unknown to send it again, or with ?confirm=delivered to close it")),
        ReplayOutcome.NotPublished(var failure) => (502, new ErrorAnswer($"{failure.Code}: {failure.Message}")),
        ReplayOutcome.UnderWay(var reason) => (409, new ErrorAnswer(reason)),
        ReplayOutcome.NotClosed(var reason, _) => (502, new ErrorAnswer(reason)),
        ReplayOutcome.NotBegun(var failure) => (502, new ErrorAnswer(failure.Message)),
        _ => throw new UnreachableException($"no answer to {outcome}"),
    };
}
