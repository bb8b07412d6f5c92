using System.Runtime.CompilerServices;
using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Delivering;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Telemetry;
using LanguageExt;
using Microsoft.Extensions.Logging;
using EventId = Hobom.Slices.Core.EventId;

namespace Hobom.Slices.Runtime.Outbox.Batch;

/// <summary>
/// One flow's rows by pages, where its backend has the batch contract; else all at once, as ever. A visit has one page at a time, whose
/// lease is renewed until <see cref="Around"/> ends it.
/// </summary>
public sealed class PageClaims
{
    /// <summary>So many that what a page costs by itself (a claim, an end) is little beside its rows.</summary>
    public const int PageRows = 8192;

    /// <summary>Before a backend without the contract is asked for it again: it may have been renewed meanwhile.</summary>
    public static readonly TimeSpan AskAgain = TimeSpan.FromMinutes(10);

    readonly string flow;
    readonly OutboxBatchMode mode;
    readonly BatchPort port;
    readonly TimeProvider clock;
    readonly ILogger log;
    readonly int pageRows;
    readonly PageRenewal renewal;
    volatile PageLease? page;
    long? refusedAt;
    bool? spoken;

    internal PageClaims(string flow, OutboxBatchMode mode, BatchPort port, TimeProvider clock, ILogger log, int pageRows = PageRows)
    {
        (this.flow, this.mode, this.port, this.clock, this.log, this.pageRows) = (flow, mode, port, clock, log, pageRows);
        renewal = new PageRenewal(flow, port.Renew, clock, log, Lose);
    }

    /// <summary>The marks of the page's rows go together; other rows' as ever.</summary>
    public MarkPort Over(MarkPort marks) =>
        mode is OutboxBatchMode.Off ? marks : marks with { Page = new PagePort(Has, MarkAsync, Fault, () => page is { IsLost: true }) };

    /// <summary>A visit, and the end of its page: what it left PENDING is given back.</summary>
    public Func<CancellationToken, Task<VisitReport>> Around(Func<CancellationToken, Task<VisitReport>> visit) =>
        mode is OutboxBatchMode.Off ? visit : async stopping =>
        {
            try
            {
                return await visit(stopping);
            }
            finally
            {
                await EndPageAsync();
            }
        };

    /// <summary>Claims a page, or finds all rows where the backend has no pages.</summary>
    /// <param name="read">Reads rows that are in field 1 of a part of an answer.</param>
    public async IAsyncEnumerable<Either<CallFailure, FoundRows<TRow>>> FindAsync<TRow>(
        Func<CancellationToken, IAsyncEnumerable<Either<CallFailure, FoundRows<TRow>>>> findAll, Func<byte[], IReadOnlyList<TRow>> read,
        [EnumeratorCancellation] CancellationToken stopping)
        where TRow : IPendingRow
    {
        if (MayAsk() && await ClaimAsync(read, stopping) is { } claimed)
        {
            yield return claimed;
            yield break;
        }

        await foreach (var part in findAll(stopping)) yield return part;
    }

    /// <summary>Whether the backend has the batch contract, asked without claiming anything; null where it is off.</summary>
    public async Task<Either<CallFailure, bool>?> AskAsync(CancellationToken stopping)
    {
        if (mode is OutboxBatchMode.Off) return null;
        var answer = await port.Claim(0, _ => { }, stopping);
        return answer.Match<Either<CallFailure, bool>>(
            Right: _ => true,
            Left: failure => failure.Kind is CallFailureKind.Unimplemented && mode is OutboxBatchMode.Auto ? false : failure);
    }

    /// <summary>Null where the backend has no pages.</summary>
    async Task<Either<CallFailure, FoundRows<TRow>>?> ClaimAsync<TRow>(Func<byte[], IReadOnlyList<TRow>> read, CancellationToken stopping)
        where TRow : IPendingRow
    {
        var rows = new List<TRow>();
        var askedAt = ClockReading.Now(clock);
        var answer = await port.Claim(pageRows, part => rows.AddRange(read(part)), stopping);
        if (!answer.TryGetRight(out var claimed, out var failure))
        {
            if (failure.Kind is not CallFailureKind.Unimplemented) return failure;
            if (mode is OutboxBatchMode.On)
                return failure with { Detail = $"{failure.Detail} (HOBOM_OUTBOX_BATCH is on, and the backend has no batch contract)" };
            Tell(speaks: false);
            refusedAt = clock.GetTimestamp();
            return null;
        }

        Tell(speaks: true);
        if (rows.Count > 0 && (claimed.Token.Length == 0 || claimed.Lease <= TimeSpan.Zero))
            return new CallFailure(CallFailureKind.Internal, "the backend gave rows without a token or without a lease");
        if (claimed.Token.Length > 0) Begin(claimed, rows, askedAt);
        return new FoundRows<TRow>(rows, claimed.IsComplete ? RowsBeyond.None : RowsBeyond.NextVisit);
    }

    bool MayAsk() => mode switch
    {
        OutboxBatchMode.Off => false,
        OutboxBatchMode.On => true,
        OutboxBatchMode.Auto => refusedAt is not { } at || clock.GetElapsedTime(at) >= AskAgain,
        _ => throw new System.Diagnostics.UnreachableException($"{mode}"),
    };

    void Begin<TRow>(ClaimedPage claimed, IReadOnlyList<TRow> rows, ClockReading askedAt)
        where TRow : IPendingRow
    {
        var now = new PageLease(claimed.Token, rows.Select(r => r.EventId).OfType<EventId>(), claimed.Lease, askedAt, clock);
        page = now;
        _ = renewal.RunAsync(now);
    }

    bool Has(EventId id) => page is { } now && now.Has(id);

    /// <summary>Why a record of the page's rows may not go out now; null where it may, and where it is of no such row.</summary>
    string? Fault(Delivery delivery, TimeSpan span)
    {
        if (page is not { } now || now.HasLeft(span)) return null;
        foreach (var carried in delivery.Events)
        {
            if (now.Has(carried.Id))
                return $"the backend's lease of the rows is not surely this process's for another {Durations.Format(span)}";
        }

        return null;
    }

    async Task<Either<CallFailure, IReadOnlyList<Either<CallFailure, MarkOutcome>>>> MarkAsync(IReadOnlyList<PageMark> marks)
    {
        if (page is not { } now) return new CallFailure(CallFailureKind.Cancelled, "the page of these rows has ended");
        var answer = await port.Mark(now.Token, marks);
        return answer.Map<IReadOnlyList<Either<CallFailure, MarkOutcome>>>(ends =>
        {
            for (var at = 0; at < ends.Count; at++)
            {
                if (ends[at] is PageMarkEnd.Stale) Lose(now, "another claim has taken rows of it");
                else now.Close(marks[at].Id);
            }

            return [.. ends.Select(OutcomeOf)];
        });
    }

    static Either<CallFailure, MarkOutcome> OutcomeOf(PageMarkEnd end) => end switch
    {
        PageMarkEnd.Marked => MarkOutcome.Marked,
        PageMarkEnd.NoSuchRow => MarkOutcome.NoSuchRow,
        PageMarkEnd.Stale => new CallFailure(CallFailureKind.InvalidArgument, "another claim has the row"),
        _ => throw new System.Diagnostics.UnreachableException($"{end}"),
    };

    /// <summary>Who marks a row of another's is told by each row; the log by one line.</summary>
    void Lose(PageLease of, string why)
    {
        if (of.Lose())
            log.LogWarning(
                LogEvents.Named("outbox.page-lost"),
                "{Flow}: its page of rows is no longer this process's: {Why}; nothing more of it is published", flow, why);
    }

    async Task EndPageAsync()
    {
        if (page is not { } ended) return;
        page = null;
        ended.Dispose();
        // Where this fails, the lease ends by itself, and the next claim of this process ends it too.
        if (ended.HasOpen && !ended.IsLost) await port.Release(ended.Token);
    }

    /// <summary>Once, and when it changes.</summary>
    void Tell(bool speaks)
    {
        if (speaks) refusedAt = null;
        if (spoken == speaks) return;
        spoken = speaks;
        log.LogInformation(
            LogEvents.Named("outbox.contract"), "{Flow}: the backend {Contract}", flow,
            speaks ? "has the batch contract: rows by pages, marks together" : "has no batch contract: all rows at once, a mark for each");
    }
}
