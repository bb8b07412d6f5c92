using Hobom.Slices.Core;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>Tries one delivery until it is acknowledged, given up or left, and has its events settled.</summary>
sealed class DeliveryAttempts(
    PublishAttempts publishing, TopicAccess topic, DeliveryWindow window, Settler settler, CancellationToken stopping)
{
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
            await settler.RefuseAsync(refusal);
        }
        catch (Exception bug)
        {
            settler.LeaveAfterBug(bug, 1);
        }
        finally
        {
            window.Leave(1, refusal.Raw.Length);
        }
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
                if (await publishing.TryAsync(delivery, failed) is not var (failure, after))
                {
                    topic.NoteDelivered(IdsOf(delivery));
                    await settler.DeliveredAsync(delivery, letters);
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
                await window.StepAsideAsync(slot.Weight, slot.Size, async () => waited = await publishing.WaitAsync(next, stopping));
                if (waited && !stopping.IsCancellationRequested) continue;
                settler.Leave(delivery);
                return true;
            }
        }
        catch (Exception bug)
        {
            settler.LeaveAfterBug(bug, delivery.Events.Count);
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
        if (!stopping.IsCancellationRequested && (probe || !topic.IsAway))
            return await DeliverPartAsync(second, letters, probe, slot) || told;
        settler.Leave(second);
        return told;
    }

    /// <param name="end">Null where another try would have followed: a probe makes none.</param>
    async Task EndFailedAsync(Delivery delivery, PublishFailure last, NoNextTry? end, List<Attempt> failed)
    {
        var after = topic.NoteFailed(last, IdsOf(delivery), end is NoNextTry.GiveUp);
        if (after.MayBeLetters) await settler.GiveUpAsync(delivery, failed, after.Outage);
        else settler.Leave(delivery, last);
    }

    static EventId[] IdsOf(Delivery delivery) => [.. delivery.Events.Select(e => e.Id)];
}
