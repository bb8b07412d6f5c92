using System.Diagnostics;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Telemetry;

namespace Hobom.Slices.Law;

/// <summary>
/// Replays one dead letter from the first step that is not done: Generate, Save, mark SENT, drop the letter. A person
/// asked for it, so each step is tried once and generating is not limited.
/// </summary>
sealed class LawReplay(LawParts parts, LawSteps steps, LawProgressStore memory, LawSettler settler, LawInFlight hand)
{
    public async Task<ReplayOutcome> RunAsync(ReplayOrder order)
    {
        var carried = order.Delivery.Events[0];
        using var trace = EventTrace.StartReplay(LawSlice.Name, carried.LetterKey, order.FirstTrace);
        if (!LawPayloadText.Parse(order.Delivery.Value).TryGetRight(out var payload, out var unreadable))
            return Refused(unreadable.Message);
        if (LawDecisions.Fault(payload) is { } fault) return Refused(fault);
        var law = LawDecisions.EventOf(carried.Id, payload);
        if (!hand.TryTake(law, order.By).TryGetRight(out _, out var holder)) return new ReplayOutcome.Busy(holder);
        try
        {
            return await order.Claim() is ClaimAnswer.Refused(var outcome) ? outcome : await RunStepsAsync(law, order.Confirmation);
        }
        finally
        {
            hand.Release(law);
        }
    }

    /// <summary>Closes an event whose save was begun without anybody seeing its end. It need not have a letter yet.</summary>
    public async Task<ReplayOutcome> CloseAsSavedAsync(EventId id, string by)
    {
        if (!hand.TryTake(id, by).TryGetRight(out _, out var holder)) return new ReplayOutcome.Busy(holder);
        try
        {
            return (await memory.ProgressAsync(id)).TryGetRight(out var progress, out var down)
                ? await CloseAsSavedAsync(id, progress)
                : new ReplayOutcome.NotBegun(down);
        }
        finally
        {
            hand.Release(id);
        }
    }

    /// <summary>Forgets what was generated from the event's input, and runs the event with a new generation.</summary>
    public async Task<ReplayOutcome> RegenerateAsync(LawEvent law, string by, Confirmation confirmation)
    {
        if (!hand.TryTake(law, by).TryGetRight(out _, out var holder)) return new ReplayOutcome.Busy(holder);
        try
        {
            if (!(await memory.ProgressAsync(law.Id)).TryGetRight(out var progress, out var down)) return new ReplayOutcome.NotBegun(down);
            if (progress.Stage is LawStage.Saved)
                return new ReplayOutcome.NotClaimed($"its study material is saved, since {progress.Since:u}: it cannot be made again");
            if (progress.Stage is LawStage.SaveBegun && confirmation is not Confirmation.SendAgain) return InDoubt(progress);
            if (!(await memory.ForgetMaterialAsync(law.InputHash)).TryGetRight(out _, out down)) return new ReplayOutcome.NotBegun(down);
            return await StepAsync(law, confirmation);
        }
        finally
        {
            hand.Release(law);
        }
    }

    static ReplayOutcome.OutcomeUnknown InDoubt(LawProgress progress) =>
        new($"a save was begun at {progress.Since:u} and nobody saw its end");

    static ReplayOutcome.NotPublished Refused(string reason) => new(new PublishFailure.Permanent("Payload", reason));

    async Task<ReplayOutcome> RunStepsAsync(LawEvent law, Confirmation confirmation)
    {
        if (!(await memory.ProgressAsync(law.Id)).TryGetRight(out var progress, out var down))
            return new ReplayOutcome.NotBegun(down);
        if (progress.Stage is LawStage.SaveBegun && confirmation is Confirmation.None) return InDoubt(progress);
        if (confirmation is Confirmation.Delivered) return await CloseAsSavedAsync(law.Id, progress);
        return await StepAsync(law, confirmation);
    }

    /// <summary>What a person has seen to be saved; or was known to be, and only has to be closed.</summary>
    async Task<ReplayOutcome> CloseAsSavedAsync(EventId id, LawProgress progress)
    {
        if (progress.Stage is LawStage.Saved) return await CloseAsync(id);
        if (progress.Stage is not LawStage.SaveBegun) return new ReplayOutcome.NotInDoubt();
        if (!(await memory.NoteAsync(id, LawStage.Saved)).TryGetRight(out _, out var down)) return new ReplayOutcome.NotBegun(down);
        return await CloseAsync(id);
    }

    async Task<ReplayOutcome> StepAsync(LawEvent law, Confirmation confirmation)
    {
        var saved = await steps.RunAsync(
            law, StepBudget.OfReplay(parts.Policies.Publish, confirmation is Confirmation.SendAgain), hand.Ending);
        if (saved.TryGetRight(out _, out var end)) return await CloseAsync(law.Id);
        return new ReplayOutcome.NotPublished(end switch
        {
            StepEnd.GaveUp(_, var last, _, _) => last,
            StepEnd.LeftPending(var trouble, _) => new PublishFailure.Stopping("Left", trouble ?? "the process is stopping"),
            _ => throw new UnreachableException($"no such end: {end}"),
        });
    }

    async Task<ReplayOutcome> CloseAsync(EventId id)
    {
        if (await settler.MarkSentAsync(id, CancellationToken.None) is { } unmarked)
            return new ReplayOutcome.NotClosed($"saved, but its row could not be marked SENT: {unmarked}", IsPassing: false);
        if (!(await parts.Ports.Letters.Drop(LawDecisions.LetterKeyOf(id))).TryGetRight(out _, out var undropped))
            return new ReplayOutcome.NotClosed(
                $"saved and marked SENT, but the letter could not be removed: {undropped.Message}", IsPassing: true);
        return new ReplayOutcome.Delivered(null);
    }
}
