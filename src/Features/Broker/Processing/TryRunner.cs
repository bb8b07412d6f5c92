using Hobom.Slices.Broker.Stores;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime;
using LanguageExt;

namespace Hobom.Slices.Broker.Processing;

/// <summary>What one try came to.</summary>
abstract record TryReport
{
    TryReport()
    {
    }

    /// <param name="InStore">The handling's end is written already.</param>
    public sealed record Succeeded(bool InStore) : TryReport;

    public sealed record Failed(TryFailure Failure) : TryReport;

    /// <summary>The handling is somebody else's now, or may be.</summary>
    public sealed record Lost : TryReport;

    /// <summary>It was begun as often as it may be, and no process came to an end with it.</summary>
    public sealed record Exhausted(string Reason) : TryReport;

    /// <summary>Its consumer was not called, and not through its own fault: it waits again, and no try is spent.</summary>
    /// <param name="Why">Null where the process is stopping.</param>
    public sealed record Uncalled(TimeSpan Wait, string? Why) : TryReport;

    /// <summary>In a group: its turn did not come.</summary>
    public sealed record NotBegun : TryReport;

    /// <summary>In a group: taken back because of another of the group, or in its way; the try goes on with it alone.</summary>
    public sealed record GoesOnAlone : TryReport;
}

/// <param name="Took">The call alone, without what the store did; null where there was none.</param>
readonly record struct Tried(TryReport Report, TimeSpan? Took);

/// <summary>Makes tries: one, or several in one transaction.</summary>
/// <param name="bring">Makes the event one that the consumer reads.</param>
sealed class TryRunner(
    BrokerStore store, Func<BrokerTuning> tuning, Func<Claimed, Consumer, Either<TryFailure, Claimed>> bring, TimeProvider clock)
{
    static readonly TimeSpan NoteDelay = TimeSpan.FromSeconds(1);

    readonly BatchedWrites<LeaseRef> lastTries = new(leases => store.BeginLast(leases, CancellationToken.None));

    /// <summary>Whether others may share its transaction. What a process died with may kill this one too, so it does not.</summary>
    public bool CanShare(HeldHandling held) =>
        store.TransactTogether is not null && held is { Port: ConsumerPort.Handles, IsProbe: false, IsSuspect: false };

    public async Task<Tried> RunAsync(HeldHandling held, CancellationToken stopping)
    {
        if (!Prepare(held, stopping).TryGetRight(out var claimed, out var early)) return new Tried(early!, null);
        if (await LookAsync(held, claimed, stopping) is { } known) return new Tried(known, null);
        if (IsLast(held) && !(await lastTries.Write([held.Lease])).TryGetRight(out _, out var away))
            return new Tried(
                new TryReport.Uncalled(NoteDelay, $"its last try is not begun before that is noted: {away.Message}"), null);
        return held.Port switch
        {
            ConsumerPort.Sends port => await SendAsync(held, claimed, port, stopping),
            ConsumerPort.Handles => await HandleAsync(held, claimed, stopping),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>
    /// What dies with its process in a shared transaction is tried once more, alone, be it the last try: nobody knows which of them it was.
    /// </summary>
    /// <param name="group">All of them can share.</param>
    /// <returns>One report for each, in their order.</returns>
    public async Task<IReadOnlyList<Tried>> RunTogetherAsync(IReadOnlyList<HeldHandling> group, CancellationToken stopping)
    {
        var reports = new Tried[group.Count];
        var calls = new List<HandlerTry>();
        var begun = clock.GetTimestamp();
        for (var index = 0; index < group.Count; index++)
        {
            var held = group[index];
            if (Prepare(held, stopping).TryGetRight(out var claimed, out var early)) calls.Add(new HandlerTry(index, held, claimed, clock));
            else reports[index] = new Tried(early!, null);
        }

        if (calls.Count == 0) return reports;
        var ends = await store.TransactTogether!(
            new HandlerGroup(
                [.. calls.Select(c => new HandlerCall(c.Claimed, (transaction, _) => c.RunAsync(transaction, stopping)))],
                () => calls.Exists(c => c.IsLeftBehind) ? NextInGroup.RollBack
                    : clock.GetElapsedTime(begun) >= GroupSize.Time ? NextInGroup.Commit
                    : NextInGroup.Call),
            clock.GetUtcNow(), stopping);
        // Where not one was called the next group would not get further: they wait.
        var isUnderWay = calls.Exists(c => c.WasCalled);
        foreach (var (call, end) in calls.Zip(ends))
            reports[call.Index] = new Tried(
                call.HadConflict ? new TryReport.GoesOnAlone()
                    : isUnderWay && end is TransactionEnd.NotBegun ? new TryReport.NotBegun()
                    : Report(call, end, stopping),
                call.Took);
        return reports;
    }

    /// <summary>The event as the consumer reads it, or the end of the try before it began.</summary>
    Either<TryReport, Claimed> Prepare(HeldHandling held, CancellationToken stopping)
    {
        if (Hindrance(held, stopping) is { } hindrance) return hindrance;
        // What only waited in a process that died is counted too; the last try was begun where that is noted, and only there.
        if (held.Claimed is { LastTryBegan: true, Attempt: var attempt } && attempt > Limit(held))
            return new TryReport.Exhausted($"the last of {Limit(held)} tries was begun, and the process died or stood still in it");
        if (held.Claimed.Event.Unreadable is { } why)
            return new TryReport.Failed(new TryFailure.Permanent(why) { Kind = FailureKind.Unreadable });
        return bring(held.Claimed, held.Consumer).MapLeft<TryReport>(unread => new TryReport.Failed(unread));
    }

    /// <summary>Why nothing may be called or sent any more; null where it may.</summary>
    TryReport? Hindrance(HeldHandling held, CancellationToken stopping) =>
        held.IsLost(clock.GetUtcNow()) ? new TryReport.Lost()
        : stopping.IsCancellationRequested ? new TryReport.Uncalled(TimeSpan.Zero, null)
        : null;

    /// <summary>
    /// What the receiver has already is done. The consumer's time limit is that of a try: a search that it cuts off begins anew each time,
    /// and would never end.
    /// </summary>
    /// <returns>Null where it is to be sent.</returns>
    async Task<TryReport?> LookAsync(HeldHandling held, Claimed claimed, CancellationToken stopping)
    {
        if (held.Port is not ConsumerPort.Sends { FindSent: { } find }) return null;
        var looked = await Containment.TryAsync(
            token => find(claimed, held.Consumer, token), Timeout.InfiniteTimeSpan, clock, stopping, held.Lost);
        if (looked.TryGetRight(out var isThere, out var failure))
            return isThere ? new TryReport.Succeeded(InStore: false) : Hindrance(held, stopping);
        return Hindrance(held, stopping) ?? new TryReport.Failed(failure);
    }

    int Limit(HeldHandling held) => (held.Consumer.Retry ?? tuning().DefaultRetry).AttemptLimit;

    bool IsLast(HeldHandling held) => held.Claimed.Attempt >= Limit(held);

    async Task<Tried> SendAsync(HeldHandling held, Claimed claimed, ConsumerPort.Sends port, CancellationToken stopping)
    {
        if (Hindrance(held, stopping) is { } late) return new Tried(late, null);
        var begun = clock.GetTimestamp();
        var sending = new Sending(claimed, held.Consumer, () => held.IsLost(clock.GetUtcNow()));
        var sent = await Containment.TryAsync(
            token => port.Send(sending, token), held.Consumer.Timeout, clock, stopping, held.Lost);
        return new Tried(
            sent.TryGetRight(out _, out var failure) ? new TryReport.Succeeded(InStore: false) : new TryReport.Failed(failure),
            clock.GetElapsedTime(begun));
    }

    async Task<Tried> HandleAsync(HeldHandling held, Claimed claimed, CancellationToken stopping)
    {
        var call = new HandlerTry(0, held, claimed, clock);
        var end = await store.Transact(
            held.Claimed, (transaction, _) => call.RunAsync(transaction, stopping), clock.GetUtcNow(), stopping);
        return new Tried(Report(call, end, stopping), call.Took);
    }

    TryReport Report(HandlerTry call, TransactionEnd end, CancellationToken stopping) =>
        call.WasCalled ? Report(end)
        : Hindrance(call.Held, stopping)
            ?? new TryReport.Uncalled(NoteDelay, $"its handler was not called: {WhyNot(end)}");

    static string WhyNot(TransactionEnd end) =>
        end is TransactionEnd.NotBegun { Failure: { } failure } ? failure.Message : "its turn came too late";

    static TryReport Report(TransactionEnd end) => end switch
    {
        TransactionEnd.Committed => new TryReport.Succeeded(InStore: true),
        TransactionEnd.WorkFailed failed => new TryReport.Failed(failed.Failure),
        TransactionEnd.LeaseLost => new TryReport.Lost(),
        // If it was committed, the handling is done, and what is written about a failure changes nothing.
        TransactionEnd.Unknown unknown => new TryReport.Failed(
            new TryFailure.Transient($"nobody knows whether it was committed: {unknown.Failure.Message}")
            {
                Kind = FailureKind.NotCommitted,
            }),
        TransactionEnd.RolledBack => new TryReport.GoesOnAlone(),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
