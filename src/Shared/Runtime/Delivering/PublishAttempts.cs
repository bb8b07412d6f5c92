using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>An attempt that failed, and what follows it.</summary>
sealed record FailedAttempt(PublishFailure Failure, Either<NoNextTry, NextTry> After);

/// <summary>Publishes a delivery once, and notes in the ledger where nobody saw how that ended.</summary>
/// <param name="chance">From 0 to 1, for jitter.</param>
sealed class PublishAttempts(
    Publish publish, FlowMeter meter, DeliveryLedger ledger, FlowPolicies policies, TimeProvider clock, Func<double> chance)
{
    /// <param name="failed">The delivery's attempts of this visit so far; one that fails is added.</param>
    /// <returns>Right when the broker has acknowledged it.</returns>
    public async Task<Either<FailedAttempt, RecordPosition>> TryAsync(Delivery delivery, List<Attempt> failed)
    {
        var unknowns = delivery.Events.Max(e => ledger.Find(e.Id)?.Unknowns ?? 0);
        var startedAt = clock.GetUtcNow();
        var started = clock.GetTimestamp();
        var result = await publish(delivery, unknowns > 0);
        if (result.TryGetRight(out var at, out var failure)) return at;

        if (failure is PublishFailure.Unknown)
        {
            unknowns++;
            ledger.NoteUnknown([.. delivery.Events.Select(e => e.Id)]);
        }

        failed.Add(new Attempt(
            failed.Count + 1, startedAt, clock.GetElapsedTime(started), failure.Class, failure.Code, failure.Message,
            MaybeWritten: unknowns > 0));
        return new FailedAttempt(failure, policies.AfterPublish(failure, failed.Count, unknowns, chance()));
    }

    /// <summary>False where it was told to stop before the time was over.</summary>
    public Task<bool> WaitAsync(NextTry next, CancellationToken stopping)
    {
        meter.Retried();
        return Delays.WaitAsync(next.Delay, clock, stopping);
    }
}
