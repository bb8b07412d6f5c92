using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>What a person says of an event of which nobody saw whether an earlier try was applied.</summary>
public enum Confirmation
{
    /// <summary>Nothing: such an event is left as it is.</summary>
    None,

    /// <summary>Run it again, at the risk of a double.</summary>
    SendAgain,

    /// <summary>It was applied, as has been seen elsewhere: send nothing and close it.</summary>
    Delivered,
}

/// <summary>One dead letter to be run again.</summary>
/// <param name="Delivery">Carries exactly one event; its topic is empty where the flow does not end in Kafka.</param>
/// <param name="By">Who asked, for those who come second.</param>
public sealed record ReplayOrder(Delivery Delivery, string By, Confirmation Confirmation)
{
    /// <summary>
    /// Takes the letter's lasting claim: asked once, when the event is in hand and before anything is looked up or sent.
    /// </summary>
    public Func<Task<ClaimAnswer>> Claim { get; init; } = () => Task.FromResult<ClaimAnswer>(new ClaimAnswer.Granted(false));
}

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

    /// <summary>Published, but its row or its letter could not be closed; another replay does just that.</summary>
    public sealed record NotClosed(string Reason) : ReplayOutcome;

    /// <summary>The letter is no more: a visit or another replay has delivered the event, or somebody has discarded it.</summary>
    public sealed record LetterGone : ReplayOutcome;

    /// <summary>Redis was away, so nothing was begun.</summary>
    public sealed record NotBegun(StoreFailure Failure) : ReplayOutcome;
}

/// <summary>
/// Replays one event's delivery: hold, see that the letter is there, claim it, publish, mark SENT, drop the letter, in
/// this order, so that a crash at any point leaves a letter that can be replayed without doubling the event.
/// </summary>
public sealed class Replay(DeliveryRunner runner)
{
    readonly DeliveryParts parts = runner.Parts;

    public async Task<ReplayOutcome> RunAsync(ReplayOrder order)
    {
        var carried = order.Delivery.Events[0];
        if (!(await parts.Ledger.EnsureLoadedAsync()).TryGetRight(out _, out var failure))
            return new ReplayOutcome.NotBegun(failure);
        if (!runner.Holds.TryTake(carried.Id, order.By).TryGetRight(out _, out var holder))
            return new ReplayOutcome.Busy(holder);
        try
        {
            // It was read before the event was in hand: meanwhile another may have delivered it and closed it for good.
            if (!(await parts.Ports.Letters.FindExisting([carried.LetterKey])).TryGetRight(out var letters, out failure))
                return new ReplayOutcome.NotBegun(failure);
            if (letters.Count == 0) return new ReplayOutcome.LetterGone();
            return await ClaimAsync(order, carried.Id) ?? await PublishAndCloseAsync(order.Delivery, carried, order.Confirmation);
        }
        finally
        {
            runner.Holds.Release(carried.Id);
        }
    }

    /// <summary>Null when the letter is claimed, and what an earlier claimant noted is known.</summary>
    async Task<ReplayOutcome?> ClaimAsync(ReplayOrder order, EventId id)
    {
        var answer = await order.Claim();
        if (answer is ClaimAnswer.Refused(var outcome)) return outcome;
        if (answer is not ClaimAnswer.Granted { AfterAnother: true }) return null;
        return (await parts.Ledger.RereadAsync(id)).TryGetRight(out _, out var failure) ? null : new ReplayOutcome.NotBegun(failure);
    }

    async Task<ReplayOutcome> PublishAndCloseAsync(Delivery delivery, CarriedEvent carried, Confirmation confirmation)
    {
        EventId[] ids = [carried.Id];
        var entry = parts.Ledger.Find(carried.Id);
        if (entry is { State: LedgerState.Published }) return await CloseAsync(carried, null);
        if (entry is not null)
        {
            var found = await LookUpAsync(entry, ids);
            if (found.TryGetRight(out _, out var unknown)) return await CloseAsync(carried, null);
            if (confirmation is Confirmation.None) return unknown;
        }

        if (confirmation is Confirmation.Delivered)
        {
            if (entry is null) return new ReplayOutcome.NotInDoubt();
            // Whoever goes on after a crash only closes it.
            parts.Ledger.NotePublished(ids);
            return await CloseAsync(carried, null);
        }

        if (!(await parts.Ledger.BeginAsync(ids)).TryGetRight(out _, out var failure))
        {
            parts.Ledger.ForgetUnwritten(ids);
            return new ReplayOutcome.NotBegun(failure);
        }

        var published = await parts.Ports.Publish(delivery, entry is not null);
        if (published.TryGetRight(out var position, out var refused))
        {
            parts.Ledger.NotePublished(ids);
            parts.Circuit.NoteDelivered();
            return await CloseAsync(carried, position);
        }

        if (refused is PublishFailure.Unknown) parts.Ledger.NoteUnknown(ids);
        else parts.Ledger.ForgetUnwritten(ids);
        await parts.Ledger.FlushAsync();
        return new ReplayOutcome.NotPublished(refused);
    }

    /// <summary>Right where the earlier publish is in Kafka; not being found proves nothing.</summary>
    async Task<Either<ReplayOutcome, Unit>> LookUpAsync(LedgerEntry entry, EventId[] ids)
    {
        var answer = await parts.Ports.FindWritten(parts.Route.Topic, entry.Since, ids, CancellationToken.None);
        if (!answer.TryGetRight(out var written, out var failure))
            return new ReplayOutcome.OutcomeUnknown(
                $"an earlier publish may have been written, and Kafka could not be asked: {failure.Message}");
        if (written.Count > 0) return Unit.Default;
        return new ReplayOutcome.OutcomeUnknown("an earlier publish may have been written; it was not found in the topic");
    }

    async Task<ReplayOutcome> CloseAsync(CarriedEvent carried, RecordPosition? position)
    {
        await parts.Ledger.FlushAsync();
        // A poller that is paused does not visit, and so would never find out that the backend is back.
        runner.ReopenMarks();
        if (!(await runner.MarkSentAsync(carried.Id, CancellationToken.None)).TryGetRight(out _, out var unmarked))
            return new ReplayOutcome.NotClosed($"published, but its row could not be marked SENT: {unmarked}");
        if (!(await parts.Ports.Letters.Drop(carried.LetterKey)).TryGetRight(out _, out var undropped))
            return new ReplayOutcome.NotClosed($"published and marked SENT, but the letter could not be removed: {undropped.Message}");
        parts.Ledger.Forget([carried.Id]);
        await parts.Ledger.FlushAsync();
        return new ReplayOutcome.Delivered(position);
    }
}
