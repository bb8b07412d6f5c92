using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Broker.Processing;

/// <summary>What one try came to.</summary>
abstract record TryReport
{
    TryReport()
    {
    }

    /// <param name="InStore">The handling's end is written already.</param>
    public sealed record TryGetRight(bool InStore) : TryReport;

    public sealed record Failed(TryFailure Failure) : TryReport;

    /// <summary>The handling is somebody else's now.</summary>
    public sealed record Lost : TryReport;

    /// <summary>It was begun as often as it may be, and no process came to an end with it.</summary>
    public sealed record Exhausted(string Reason) : TryReport;
}

/// <summary>Makes one try.</summary>
/// <param name="bring">Makes the event one that the consumer reads.</param>
sealed class TryRunner(
    BrokerStore store, Func<BrokerTuning> tuning, Func<Claimed, Consumer, Either<TryFailure, Claimed>> bring, TimeProvider clock)
{
    public async Task<TryReport> RunAsync(HeldHandling held, CancellationToken stopping)
    {
        var limit = (held.Consumer.Retry ?? tuning().DefaultRetry).AttemptLimit;
        if (held.Claimed.Attempt > limit)
            return new TryReport.Exhausted($"{limit} tries were begun, and the process died or stood still in the last of them");
        if (held.Claimed.Event.Unreadable is { } why) return new TryReport.Failed(new TryFailure.Permanent(why));
        if (!bring(held.Claimed, held.Consumer).TryGetRight(out var claimed, out var unread)) return new TryReport.Failed(unread);
        return held.Port switch
        {
            ConsumerPort.Sends port => Report(await ContainAsync(held, token => port.Send(claimed, held.Consumer, token), stopping)),
            ConsumerPort.Handles port => await HandleAsync(held, claimed, port, stopping),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    async Task<TryReport> HandleAsync(
        HeldHandling held, Claimed claimed, ConsumerPort.Handles port, CancellationToken stopping)
    {
        var context = new HandlerContext(
            claimed.Event, held.Consumer.Name, claimed.Attempt, new HandlerTransaction(null, null, []));
        var end = await store.Transact(
            held.Claimed,
            (transaction, _) => ContainAsync(held, token => port.Handle(context with { Transaction = transaction }, token), stopping),
            clock.GetUtcNow(), stopping);
        return end switch
        {
            TransactionEnd.Committed => new TryReport.TryGetRight(InStore: true),
            TransactionEnd.WorkFailed failed => new TryReport.Failed(failed.Failure),
            TransactionEnd.LeaseLost => new TryReport.Lost(),
            // If it was committed, the handling is done, and what is written about a failure changes nothing.
            TransactionEnd.Unknown unknown =>
                new TryReport.Failed(new TryFailure.Transient($"nobody knows whether it was committed: {unknown.Failure.Message}")),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    static TryReport Report(Either<TryFailure, Unit> result) =>
        result.TryGetRight(out _, out var failure) ? new TryReport.TryGetRight(InStore: false) : new TryReport.Failed(failure);

    Task<Either<TryFailure, Unit>> ContainAsync(
        HeldHandling held, Func<CancellationToken, Task<Either<TryFailure, Unit>>> call, CancellationToken stopping) =>
        Containment.TryAsync(call, held.Consumer.Timeout, clock, stopping, held.Lost);
}
