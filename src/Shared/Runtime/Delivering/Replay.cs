using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
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
    /// <summary>The <c>traceparent</c> under which the event failed, where the letter has it: the replay's trace links to it.</summary>
    public string? FirstTrace { get; init; }

    /// <summary>
    /// Takes the letter's lasting claim: asked once, when the event is in hand and before anything is looked up or sent.
    /// </summary>
    public Func<Task<ClaimAnswer>> Claim { get; init; } = () => Task.FromResult<ClaimAnswer>(new ClaimAnswer.Granted(false));
}

/// <summary>What a replay needs of Kafka.</summary>
sealed record ReplayTopic(string Name, Publish Publish, FindWritten FindWritten, TopicCircuit Circuit);

/// <summary>
/// Replays one event's delivery: hold, see that the letter is there, claim it, publish, mark SENT, drop the letter, in
/// this order, so that a crash at any point leaves a letter that can be replayed without doubling the event.
/// </summary>
public sealed class Replay
{
    readonly InFlightEvents holds;
    readonly DeliveryLedger ledger;
    readonly LetterPort letters;
    readonly ReplayTopic topic;
    readonly Func<EventId, Task<Either<CallFailure, MarkOutcome>>> markSent;
    readonly string flow;

    internal Replay(
        InFlightEvents holds, DeliveryLedger ledger, LetterPort letters, ReplayTopic topic,
        Func<EventId, Task<Either<CallFailure, MarkOutcome>>> markSent, string flow) =>
        (this.holds, this.ledger, this.letters, this.topic, this.markSent, this.flow) = (holds, ledger, letters, topic, markSent, flow);

    public async Task<ReplayOutcome> RunAsync(ReplayOrder order)
    {
        var carried = order.Delivery.Events[0];
        using var trace = EventTrace.StartReplay(flow, carried.LetterKey, order.FirstTrace);
        if (!(await ledger.EnsureLoadedAsync(carried.Id)).TryGetRight(out _, out var failure))
            return new ReplayOutcome.NotBegun(failure);
        if (!holds.TryTake(carried.Id, order.By).TryGetRight(out _, out var holder))
            return new ReplayOutcome.Busy(holder);
        try
        {
            // It was read before the event was in hand: meanwhile another may have delivered it and closed it for good.
            if (!(await letters.FindExisting([carried.LetterKey])).TryGetRight(out var existing, out failure))
                return new ReplayOutcome.NotBegun(failure);
            if (existing.Count == 0) return new ReplayOutcome.LetterGone();
            return await ClaimAsync(order, carried.Id) ?? await PublishAndCloseAsync(order.Delivery, carried, order.Confirmation);
        }
        finally
        {
            holds.Release(carried.Id);
        }
    }

    /// <summary>Null when the letter is claimed, and what an earlier claimant noted is known.</summary>
    async Task<ReplayOutcome?> ClaimAsync(ReplayOrder order, EventId id)
    {
        var answer = await order.Claim();
        if (answer is ClaimAnswer.Refused(var outcome)) return outcome;
        if (answer is not ClaimAnswer.Granted { AfterAnother: true }) return null;
        return (await ledger.RereadAsync(id)).TryGetRight(out _, out var failure) ? null : new ReplayOutcome.NotBegun(failure);
    }

    async Task<ReplayOutcome> PublishAndCloseAsync(Delivery delivery, CarriedEvent carried, Confirmation confirmation)
    {
        EventId[] ids = [carried.Id];
        var entry = ledger.Find(carried.Id);
        if (entry is { State: LedgerState.Published }) return await CloseAsync(carried, null);
        if (entry is not null)
        {
            var found = await LookUpAsync(entry, ids);
            if (found.TryGetRight(out var place, out var unknown))
            {
                ledger.NotePublished(ids, place);
                return await CloseAsync(carried, null);
            }

            if (confirmation is Confirmation.None) return unknown;
        }

        if (confirmation is Confirmation.Delivered)
        {
            if (entry is null) return new ReplayOutcome.NotInDoubt();
            // Whoever goes on after a crash only closes it.
            ledger.NotePublished(ids, null);
            return await CloseAsync(carried, null);
        }

        if (!(await ledger.BeginAsync(ids)).TryGetRight(out _, out var failure))
        {
            ledger.ForgetUnwritten(ids);
            return new ReplayOutcome.NotBegun(failure);
        }

        var published = await topic.Publish(delivery, entry is not null);
        if (published.TryGetRight(out var position, out var refused))
        {
            ledger.NotePublished(ids, position);
            topic.Circuit.NoteDelivered();
            return await CloseAsync(carried, position);
        }

        if (refused is PublishFailure.Unknown) ledger.NoteUnknown(ids);
        else ledger.ForgetUnwritten(ids);
        await ledger.FlushAsync();
        return new ReplayOutcome.NotPublished(refused);
    }

    /// <summary>Right where the earlier publish is in Kafka; not being found proves nothing.</summary>
    async Task<Either<ReplayOutcome, RecordPosition>> LookUpAsync(LedgerEntry entry, EventId[] ids)
    {
        var answer = await topic.FindWritten(topic.Name, entry.Since, ids, CancellationToken.None);
        if (!answer.TryGetRight(out var written, out var failure))
            return new ReplayOutcome.OutcomeUnknown(
                $"an earlier publish may have been written, and Kafka could not be asked: {failure.Message}");
        if (written.TryGetValue(ids[0], out var at)) return at;
        return new ReplayOutcome.OutcomeUnknown("an earlier publish may have been written; it was not found in the topic");
    }

    async Task<ReplayOutcome> CloseAsync(CarriedEvent carried, RecordPosition? position)
    {
        await ledger.FlushAsync();
        if (!(await markSent(carried.Id)).TryGetRight(out _, out var unmarked))
            return new ReplayOutcome.NotClosed(
                $"published, but its row could not be marked SENT: {unmarked}", unmarked.Kind is CallFailureKind.Unavailable);
        if (!(await letters.Drop(carried.LetterKey)).TryGetRight(out _, out var undropped))
            return new ReplayOutcome.NotClosed(
                $"published and marked SENT, but the letter could not be removed: {undropped.Message}", IsPassing: true);
        ledger.Forget([carried.Id]);
        await ledger.FlushAsync();
        return new ReplayOutcome.Delivered(position);
    }
}
