using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Tries one delivery until it is acknowledged, given up or left, and has its events settled.</summary>
sealed class DeliveryAttempts(
    DeliveryRunner runner, DeliveryWindow window, Settler settler, VisitCounters tally, CancellationToken stopping)
{
    readonly DeliveryParts parts = runner.Parts;

    /// <summary>The caller has entered the window for it; it leaves here.</summary>
    /// <param name="letters">Letters that earlier visits left behind.</param>
    /// <param name="probe">One attempt only: it asks whether the topic takes records again.</param>
    /// <returns>False where its end says nothing of the records after it.</returns>
    public async Task<bool> DeliverAsync(Delivery delivery, IReadOnlySet<DeadLetterKey> letters, bool probe)
    {
        var (weight, size) = (delivery.Events.Count, delivery.Value.Length);
        try
        {
            return await DeliverPartAsync(delivery, letters, probe, (weight, size));
        }
        finally
        {
            window.Leave(weight, size);
        }
    }

    /// <summary>The caller has entered the window for it; it leaves here.</summary>
    public async Task RefuseAsync(Refusal refusal)
    {
        try
        {
            var letter = DeadLetter.Of(refusal, parts.Route.EventType, parts.Route.Topic, parts.Clock.GetUtcNow());
            await settler.SettleAsync(
                refusal.EventId, refusal.LetterKey,
                new EventOutcome.Refused(letter, CanBeMarked: refusal.EventId is not null), tally.DeadLettered);
        }
        catch (Exception bug)
        {
            LeaveAfterBug(bug, 1);
        }
        finally
        {
            window.Leave(1, refusal.Raw.Length);
        }
    }

    /// <summary>Leaves the events PENDING for a later visit.</summary>
    public void Return(Delivery delivery)
    {
        parts.Ledger.ForgetUnwritten(IdsOf(delivery));
        tally.LeftPending(delivery.Events.Count);
    }

    /// <param name="slot">What the delivery that it is a part of takes of the window.</param>
    async Task<bool> DeliverPartAsync(
        Delivery delivery, IReadOnlySet<DeadLetterKey> letters, bool probe, (int Weight, int Size) slot)
    {
        try
        {
            var failed = new List<Attempt>();
            while (true)
            {
                if (await AttemptAsync(delivery, failed) is not var (failure, after))
                {
                    await SettleDeliveredAsync(delivery, letters);
                    return true;
                }

                var goesOn = after.TryGetRight(out var next, out var end);
                if (MustDivide(delivery, failure, end)) return await DivideAsync(delivery, letters, probe, slot);
                if (!goesOn || probe)
                {
                    await EndFailedAsync(delivery, failure, end, failed);
                    return failure.Scope is not FaultScope.Record;
                }

                var waited = false;
                await window.StepAsideAsync(
                    slot.Weight, slot.Size, async () => waited = await Delays.WaitAsync(next.Delay, parts.Clock, stopping));
                if (waited && !stopping.IsCancellationRequested) continue;
                Return(delivery);
                return true;
            }
        }
        catch (Exception bug)
        {
            LeaveAfterBug(bug, delivery.Events.Count);
            return true;
        }
    }

    /// <summary>Given up for what may be the fault of one of its events: the others must not share its fate.</summary>
    static bool MustDivide(Delivery delivery, PublishFailure failure, NoNextTry? end) =>
        delivery.Halves is not null && end is NoNextTry.GiveUp
        && failure is not PublishFailure.Unknown && !failure.Scope.IsOutage();

    async Task<bool> DivideAsync(Delivery delivery, IReadOnlySet<DeadLetterKey> letters, bool probe, (int Weight, int Size) slot)
    {
        var (first, second) = delivery.Halves!();
        var told = await DeliverPartAsync(first, letters, probe, slot);
        if (!stopping.IsCancellationRequested && (probe || !parts.Circuit.IsOpen))
            return await DeliverPartAsync(second, letters, probe, slot) || told;
        Return(second);
        return told;
    }

    /// <summary>Null when the broker has acknowledged it.</summary>
    async Task<(PublishFailure Failure, Either<NoNextTry, NextTry> After)?> AttemptAsync(Delivery delivery, List<Attempt> failed)
    {
        var unknowns = delivery.Events.Max(e => parts.Ledger.Find(e.Id)?.Unknowns ?? 0);
        var startedAt = parts.Clock.GetUtcNow();
        var started = parts.Clock.GetTimestamp();
        var result = await parts.Ports.Publish(delivery, unknowns > 0);
        if (result.TryGetRight(out _, out var failure)) return null;

        if (failure is PublishFailure.Unknown)
        {
            unknowns++;
            parts.Ledger.NoteUnknown(IdsOf(delivery));
        }

        failed.Add(new Attempt(
            failed.Count + 1, startedAt, parts.Clock.GetElapsedTime(started), failure.Class, failure.Code, failure.Message,
            MaybeWritten: unknowns > 0));
        return (failure, parts.Policies.AfterPublish(failure, failed.Count, unknowns, parts.Chance()));
    }

    async Task SettleDeliveredAsync(Delivery delivery, IReadOnlySet<DeadLetterKey> letters)
    {
        parts.Circuit.NoteDelivered();
        runner.Probes.NoteDelivered(IdsOf(delivery));
        parts.Ledger.NotePublished(IdsOf(delivery));
        await Task.WhenAll(delivery.Events.Select(e => settler.SettleAsync(
            e.Id, e.LetterKey, new EventOutcome.Published(letters.Contains(e.LetterKey)), tally.Delivered)));
    }

    /// <param name="end">Null where another try would have followed: a probe makes none.</param>
    async Task EndFailedAsync(Delivery delivery, PublishFailure last, NoNextTry? end, List<Attempt> failed)
    {
        var after = parts.Circuit.NoteFailed(last, delivery.Events.Count, end is NoNextTry.GiveUp);
        if (last.Scope.SaysOfOthers()) runner.Probes.NoteFailed(IdsOf(delivery));
        if (!after.MayBeLetters)
        {
            tally.Problem(
                VisitStage.Publish, last.Code == LeasedPorts.NotHeldCode ? last.Message : $"Kafka: {last.Code}: {last.Message}");
            Return(delivery);
            return;
        }

        var now = parts.Clock.GetUtcNow();
        await Task.WhenAll(delivery.Events.Select(e => settler.SettleAsync(
            e.Id, e.LetterKey,
            new EventOutcome.GaveUp(DeadLetter.Of(delivery, e, parts.Route.EventType, failed, after.Outage, now)),
            tally.DeadLettered)));
    }

    static EventId[] IdsOf(Delivery delivery) => [.. delivery.Events.Select(e => e.Id)];

    void LeaveAfterBug(Exception bug, int rows)
    {
        parts.Log.LogError(
            bug, "{EventType}: delivering {Rows} events failed unexpectedly; they stay PENDING", parts.Route.EventType, rows);
        tally.Problem(VisitStage.Unexpected, $"internal error: {bug.GetType().Name}");
        tally.LeftPending(rows);
    }
}
