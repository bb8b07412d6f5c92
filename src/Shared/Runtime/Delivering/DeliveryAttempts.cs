using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using LanguageExt;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Tries one delivery until it is acknowledged, given up or left, and has its events settled.</summary>
sealed class DeliveryAttempts(
    DeliveryRunner runner, DeliveryWindow window, Settler settler, VisitTally tally, CancellationToken stopping)
{
    readonly DeliveryParts parts = runner.Parts;

    /// <summary>The caller has entered the window for it; it leaves here.</summary>
    /// <param name="letters">Letters that earlier visits left behind.</param>
    /// <param name="probe">One attempt only: it asks whether the broker is back.</param>
    public async Task DeliverAsync(Delivery delivery, IReadOnlySet<DeadLetterKey> letters, bool probe)
    {
        var weight = delivery.Events.Count;
        var size = delivery.Value.Length;
        try
        {
            var failed = new List<Attempt>();
            while (true)
            {
                if (await AttemptAsync(delivery, failed) is not var (failure, after))
                {
                    await SettleDeliveredAsync(delivery, letters);
                    return;
                }

                if (!after.Succeeded(out var next, out var end) || probe)
                {
                    await EndFailedAsync(delivery, failure, end, failed);
                    return;
                }

                var waited = false;
                await window.StepAsideAsync(
                    weight, size, async () => waited = await Pauses.WaitAsync(next.Delay, parts.Clock, stopping));
                if (waited && !stopping.IsCancellationRequested) continue;
                Return(delivery);
                return;
            }
        }
        catch (Exception bug)
        {
            LeaveAfterBug(bug, delivery.Events.Count);
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

    /// <summary>Null when the broker has acknowledged it.</summary>
    async Task<(PublishFailure Failure, Either<NoNextTry, NextTry> After)?> AttemptAsync(Delivery delivery, List<Attempt> failed)
    {
        var unknowns = delivery.Events.Max(e => parts.Ledger.Find(e.Id)?.Unknowns ?? 0);
        var startedAt = parts.Clock.GetUtcNow();
        var started = parts.Clock.GetTimestamp();
        var result = await parts.Ports.Publish(delivery, unknowns > 0);
        if (result.Succeeded(out _, out var failure)) return null;

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
        runner.NoteDelivered();
        parts.Ledger.NotePublished(IdsOf(delivery));
        await Task.WhenAll(delivery.Events.Select(e => settler.SettleAsync(
            e.Id, e.LetterKey, new EventOutcome.Published(letters.Contains(e.LetterKey)), tally.Delivered)));
    }

    /// <param name="end">Null where another try would have followed: a probe makes none.</param>
    async Task EndFailedAsync(Delivery delivery, PublishFailure last, NoNextTry? end, List<Attempt> failed)
    {
        if (end is not NoNextTry.GiveUp || !runner.MayDeadLetter(last))
        {
            tally.Trouble(last.Code == LeasedPorts.NotHeldCode ? last.Message : $"Kafka: {last.Code}: {last.Message}");
            Return(delivery);
            return;
        }

        var now = parts.Clock.GetUtcNow();
        await Task.WhenAll(delivery.Events.Select(e => settler.SettleAsync(
            e.Id, e.LetterKey,
            new EventOutcome.GaveUp(DeadLetter.Of(delivery, e, parts.Route.EventType, failed, now)),
            tally.DeadLettered)));
    }

    static EventId[] IdsOf(Delivery delivery) => [.. delivery.Events.Select(e => e.Id)];

    void LeaveAfterBug(Exception bug, int rows)
    {
        parts.Log.LogError(
            bug, "{EventType}: delivering {Rows} events failed unexpectedly; they stay PENDING", parts.Route.EventType, rows);
        tally.Trouble($"internal error: {bug.GetType().Name}");
        tally.LeftPending(rows);
    }
}
