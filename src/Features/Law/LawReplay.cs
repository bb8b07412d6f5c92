using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Law;

/// <summary>
/// Replays one dead letter from the first step that is not done: Generate, Save, mark SENT, drop the letter. A person
/// asked for it, so each step is tried once and generating is not limited.
/// </summary>
sealed class LawReplay(LawParts parts, LawSteps steps, LawMemory memory, LawSettler settler, LawHand hand)
{
    public async Task<ReplayOutcome> RunAsync(ReplayOrder order)
    {
        var carried = order.Delivery.Events[0];
        if (!LawPayloadText.Parse(order.Delivery.Value).Succeeded(out var payload, out var unreadable))
            return Refused(unreadable.Message);
        if (LawDecisions.Fault(payload) is { } fault) return Refused(fault);
        var law = LawDecisions.EventOf(carried.Id, payload);
        if (!hand.TryTake(law, order.By).Succeeded(out _, out var holder)) return new ReplayOutcome.Busy(holder);
        try
        {
            return await order.Claim() is ClaimAnswer.Refused(var outcome) ? outcome : await RunStepsAsync(law, order.Confirmation);
        }
        finally
        {
            hand.Release(law);
        }
    }

    static ReplayOutcome.NotPublished Refused(string reason) => new(new PublishFailure.Permanent("Payload", reason));

    async Task<ReplayOutcome> RunStepsAsync(LawEvent law, Confirmation confirmation)
    {
        if (!(await memory.ProgressAsync(law.Id)).Succeeded(out var progress, out var down))
            return new ReplayOutcome.NotBegun(down);
        if (progress.Stage is LawStage.SaveBegun && confirmation is Confirmation.None)
            return new ReplayOutcome.OutcomeUnknown($"a save was begun at {progress.Since:u} and nobody saw its end");
        if (confirmation is Confirmation.Delivered && progress.Stage is not LawStage.Saved)
        {
            if (progress.Stage is not LawStage.SaveBegun) return new ReplayOutcome.NotInDoubt();
            if (!(await memory.NoteAsync(law.Id, LawStage.Saved)).Succeeded(out _, out down)) return new ReplayOutcome.NotBegun(down);
            return await CloseAsync(law);
        }

        var saved = await steps.RunAsync(law, Effort.OfReplay(parts.Policies.Publish, confirmation is Confirmation.SendAgain), hand.Ending);
        if (saved.Succeeded(out _, out var end)) return await CloseAsync(law);
        return new ReplayOutcome.NotPublished(end switch
        {
            StepEnd.GaveUp(_, var last, _, _) => last,
            StepEnd.LeftPending(var trouble, _) => new PublishFailure.Stopping("Left", trouble ?? "the process is stopping"),
            _ => throw new UnreachableException($"no such end: {end}"),
        });
    }

    async Task<ReplayOutcome> CloseAsync(LawEvent law)
    {
        if (await settler.MarkSentAsync(law.Id, CancellationToken.None) is { } unmarked)
            return new ReplayOutcome.NotClosed($"saved, but its row could not be marked SENT: {unmarked}");
        if (!(await parts.Ports.Letters.Drop(law.LetterKey)).Succeeded(out _, out var undropped))
            return new ReplayOutcome.NotClosed($"saved and marked SENT, but the letter could not be removed: {undropped.Message}");
        return new ReplayOutcome.Delivered(null);
    }
}
