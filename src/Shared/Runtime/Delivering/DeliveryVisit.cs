using Hobom.Slices.Core;
using Hobom.Slices.Runtime.Leases;
using Hobom.Slices.Runtime.Outbox;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>One visit to the outbox: from before it is asked until every row that it gave is settled or left.</summary>
public sealed class DeliveryVisit : IAsyncDisposable
{
    readonly VisitShards shards;
    readonly VisitHolds holds;
    readonly Func<bool> isPaused;
    readonly VisitIntake intake;
    readonly VisitStart start;
    readonly DeliveryStarter starter;
    readonly VisitPoll poll;
    readonly VisitCounters tally;
    readonly DeliveryLimits limits;
    int found;
    bool isMore;
    bool isSettled;
    DateTimeOffset? oldest;

    internal DeliveryVisit(
        VisitShards shards, VisitHolds holds, Func<bool> isPaused, VisitIntake intake, VisitStart start, DeliveryStarter starter,
        VisitPoll poll, VisitCounters tally, DeliveryLimits limits) =>
        (this.shards, this.holds, this.isPaused, this.intake, this.start, this.starter, this.poll, this.tally, this.limits) =
        (shards, holds, isPaused, intake, start, starter, poll, tally, limits);

    /// <summary>
    /// Nothing more of it may begin, whatever the outbox has still to give: an operator has paused the flow, or it is another's or
    /// wanted elsewhere. Whoever reads the answer leaves the rest of it.
    /// </summary>
    public bool MustEnd => isPaused() || shards.GivesWay || shards.AreLost;

    /// <summary>
    /// Takes from the rows those that may be published now. The others are seen to here: what
    /// is already in Kafka gets its mark, what may be is looked up there, and what a replay has in hand is left to it. Rows
    /// of other shards are not this visit's: it neither counts nor touches them.
    /// </summary>
    /// <param name="rows">What the outbox gave, or the next part of it.</param>
    public Task<IReadOnlyList<TRow>> AdmitAsync<TRow>(IReadOnlyList<TRow> rows, RowsBeyond rest = RowsBeyond.None)
        where TRow : IPendingRow
    {
        var own = shards.Of(rows);
        var oldestOfThese = own.Min(r => r.CreatedAt);
        (found, isMore) = (found + own.Count, rest is not RowsBeyond.None);
        if (oldest is null || oldestOfThese < oldest) oldest = oldestOfThese;
        poll.Found(own.Count, oldest);
        return intake.AdmitAsync(own, areAll: rest is RowsBeyond.None);
    }

    /// <summary>
    /// Publishes and settles the plan. It returns when all of it is begun or left: so the next part of an answer is read while this
    /// one goes out. What is not begun when the process is told to stop stays PENDING.
    /// </summary>
    public async Task RunAsync(DeliveryPlan plan)
    {
        // Redis notes one chunk while the one before goes out.
        BegunChunk? next = null;
        try
        {
            foreach (var steps in ChunksOf(plan))
            {
                (var ready, next) = (next, Begin(steps));
                if (ready is not null) await StartAsync(ready);
            }
        }
        finally
        {
            if (next is not null) await StartAsync(next);
        }
    }

    /// <summary>Completes when every row is settled or left.</summary>
    public async Task<VisitReport> EndAsync()
    {
        await SettleAsync();
        return tally.Report(found, oldest) with { IsMore = isMore };
    }

    /// <summary>The outbox did not answer, or not to its end: the visit ends with what it gave before.</summary>
    public Task<VisitReport> FailedAsync(CallFailure failure)
    {
        poll.Failed(failure);
        // A process that stops leaves the rest of an answer to the next.
        if (found == 0 || failure.Kind is not CallFailureKind.Cancelled) tally.Problem(VisitStage.Outbox, VisitReport.ProblemOf(failure));
        return EndAsync();
    }

    /// <summary>Also where a plan broke half-way: a replay or the next visit must not take what is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        await SettleAsync();
        holds.Dispose();
        poll.End();
    }

    async Task SettleAsync()
    {
        if (isSettled) return;
        await starter.WhenEmptyAsync();
        await start.EndAsync();
        isSettled = true;
    }

    /// <summary>
    /// Cut by the rows they carry and by their size: one delivery may carry a thousand, and its record be as large as Kafka takes.
    /// </summary>
    IEnumerable<Either<Refusal, Delivery>[]> ChunksOf(DeliveryPlan plan)
    {
        var chunk = new List<Either<Refusal, Delivery>>();
        var (rows, bytes) = (0, 0L);
        foreach (var step in plan.Steps)
        {
            var (weight, size) = DeliveryStarter.ShareOf(step);
            if (chunk.Count > 0 && (rows + weight > limits.ChunkRows || bytes + size > limits.ChunkBytes))
            {
                yield return [.. chunk];
                chunk.Clear();
                (rows, bytes) = (0, 0);
            }

            chunk.Add(step);
            (rows, bytes) = (rows + weight, bytes + size);
        }

        if (chunk.Count > 0) yield return [.. chunk];
    }

    BegunChunk? Begin(Either<Refusal, Delivery>[] all)
    {
        // The rows of a shard that was lost meanwhile must not keep back the others.
        Either<Refusal, Delivery>[] steps = [.. all.Where(IsHeld)];
        tally.LeftPending(all.Sum(RowsOf) - steps.Sum(RowsOf));
        if (steps.Length == 0) return null;
        if (!MustNotBegin()) return new BegunChunk(steps, start.BeginAsync(steps));
        tally.LeftPending(steps.Sum(RowsOf));
        return null;
    }

    async Task StartAsync(BegunChunk chunk)
    {
        var letters = await chunk.Letters;
        if (letters is not null && !MustNotBegin()) await starter.StartAsync(chunk.Steps, letters);
        else
        {
            if (letters is not null) start.Forget(chunk.Steps);
            tally.LeftPending(chunk.Steps.Sum(RowsOf));
        }
    }

    bool MustNotBegin() => isPaused() || shards.GivesWay || starter.MustNotBegin();

    bool IsHeld(Either<Refusal, Delivery> step) => !step.TryGetRight(out var delivery, out _) || shards.AreHeld(delivery.Events);

    static int RowsOf(Either<Refusal, Delivery> step) => DeliveryStarter.ShareOf(step).Weight;

    /// <param name="Letters">As <see cref="VisitStart.BeginAsync"/> answers.</param>
    sealed record BegunChunk(Either<Refusal, Delivery>[] Steps, Task<IReadOnlySet<DeadLetterKey>?> Letters);
}
