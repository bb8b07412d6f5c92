using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>An attempt that failed, and what follows it.</summary>
readonly record struct FailedAttempt(PublishFailure Failure, Either<NoNextTry, NextTry> After);

/// <summary>Publishes a delivery once, and notes in the ledger where nobody saw how that ended.</summary>
/// <param name="chance">From 0 to 1, for jitter.</param>
sealed class PublishAttempts(Publish publish, DeliveryLedger ledger, FlowPolicies policies, TimeProvider clock, Func<double> chance)
{
    /// <param name="failed">The delivery's attempts of this visit so far; one that fails is added.</param>
    /// <returns>Null when the broker has acknowledged it.</returns>
    public async Task<FailedAttempt?> TryAsync(Delivery delivery, List<Attempt> failed)
    {
        var unknowns = delivery.Events.Max(e => ledger.Find(e.Id)?.Unknowns ?? 0);
        var startedAt = clock.GetUtcNow();
        var started = clock.GetTimestamp();
        var result = await publish(delivery, unknowns > 0);
        if (result.TryGetRight(out _, out var failure)) return null;

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
    public Task<bool> WaitAsync(NextTry next, CancellationToken stopping) => Delays.WaitAsync(next.Delay, clock, stopping);
}
