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

    /// <summary>The handling is somebody else's now.</summary>
    public sealed record Lost : TryReport;

    /// <summary>It was begun as often as it may be, and no process came to an end with it.</summary>
    public sealed record Exhausted(string Reason) : TryReport;

    /// <summary>In a group: its turn did not come.</summary>
    public sealed record NotBegun : TryReport;

    /// <summary>In a group: taken back because of another of the group, or in its way; the try goes on with it alone.</summary>
    public sealed record GoesOnAlone : TryReport;
}

/// <param name="Took">The call alone, without what the store did.</param>
readonly record struct Tried(TryReport Report, TimeSpan Took);

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
        if (!Prepare(held).TryGetRight(out var claimed, out var early)) return new Tried(early!, TimeSpan.Zero);
        if (IsLast(held) && !(await lastTries.Write([held.Lease])).TryGetRight(out _, out var away))
            return new Tried(
                new TryReport.Failed(new TryFailure.Parked($"its last try is not begun before that is noted: {away.Message}", NoteDelay)),
                TimeSpan.Zero);
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
            if (Prepare(held).TryGetRight(out var claimed, out var early)) calls.Add(new HandlerTry(index, held, claimed, clock));
            else reports[index] = new Tried(early!, TimeSpan.Zero);
        }

        if (calls.Count == 0) return reports;
        var ends = await store.TransactTogether!(
            new HandlerGroup(
                [.. calls.Select(c => new HandlerCall(c.Claimed, (transaction, _) => c.RunAsync(transaction, stopping)))],
                () => calls.Exists(c => c.IsLeftBehind) ? NextInGroup.RollBack
                    : clock.GetElapsedTime(begun) >= GroupSize.Time ? NextInGroup.Commit
                    : NextInGroup.Call),
            clock.GetUtcNow(), stopping);
        foreach (var (call, end) in calls.Zip(ends))
            reports[call.Index] = new Tried(call.HadConflict ? new TryReport.GoesOnAlone() : Report(end), call.Took);
        return reports;
    }

    /// <summary>The event as the consumer reads it, or the end of the try before it began.</summary>
    Either<TryReport, Claimed> Prepare(HeldHandling held)
    {
        // What only waited in a process that died is counted too; the last try was begun where that is noted, and only there.
        if (held.Claimed is { LastTryBegan: true, Attempt: var attempt } && attempt > Limit(held))
            return new TryReport.Exhausted($"the last of {Limit(held)} tries was begun, and the process died or stood still in it");
        if (held.Claimed.Event.Unreadable is { } why)
            return new TryReport.Failed(new TryFailure.Permanent(why) { Kind = FailureKind.Unreadable });
        return bring(held.Claimed, held.Consumer).MapLeft<TryReport>(unread => new TryReport.Failed(unread));
    }

    int Limit(HeldHandling held) => (held.Consumer.Retry ?? tuning().DefaultRetry).AttemptLimit;

    bool IsLast(HeldHandling held) => held.Claimed.Attempt >= Limit(held);

    async Task<Tried> SendAsync(HeldHandling held, Claimed claimed, ConsumerPort.Sends port, CancellationToken stopping)
    {
        var begun = clock.GetTimestamp();
        var sent = await Containment.TryAsync(
            token => port.Send(claimed, held.Consumer, token), held.Consumer.Timeout, clock, stopping, held.Lost);
        return new Tried(
            sent.TryGetRight(out _, out var failure) ? new TryReport.Succeeded(InStore: false) : new TryReport.Failed(failure),
            clock.GetElapsedTime(begun));
    }

    async Task<Tried> HandleAsync(HeldHandling held, Claimed claimed, CancellationToken stopping)
    {
        var call = new HandlerTry(0, held, claimed, clock);
        var end = await store.Transact(
            held.Claimed, (transaction, _) => call.RunAsync(transaction, stopping), clock.GetUtcNow(), stopping);
        return new Tried(Report(end), call.Took);
    }

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
        TransactionEnd.NotBegun => new TryReport.NotBegun(),
        TransactionEnd.RolledBack => new TryReport.GoesOnAlone(),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
