using Hobom.Slices.Core;
using Hobom.Slices.Protos.Outbox.Law;
using Hobom.Slices.Runtime;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Law;

/// <summary>
/// One visit to the law outbox: read, decide, write. A generation may take minutes: a visit starts events as slots
/// become free, and returns when there is nothing left to start or it has been at it for a while. What it started
/// goes on; <see cref="LawInFlight"/> keeps the next visit from starting it again.
/// </summary>
sealed class LawPoller(LawParts parts, LawRunner runner, LawInFlight hand, LawCounters tally, PendingRows pending)
{
    /// <summary>So long a visit starts events: then the outbox is asked again, and a pause is heeded.</summary>
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);

    readonly List<Task> running = [];

    public async Task<VisitReport> VisitAsync(CancellationToken stopping)
    {
        hand.BeginVisit();
        try
        {
            var found = await parts.Ports.FindPending(stopping);
            if (!found.TryGetRight(out var rows, out var failure)) return VisitReport.Failed(failure);
            pending.Note(rows.Where(r => r.EventId is not null).Select(r => r.EventId!.Value).ToHashSet());
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await StartAllAsync([.. rows.OrderBy(r => r.CreatedAt ?? DateTimeOffset.MaxValue)], limit, stopping);
            return tally.TakeReport(rows);
        }
        finally
        {
            hand.EndVisit();
        }
    }

    async Task StartAllAsync(
        IReadOnlyList<OutboxItem<LawChangedPayload>> oldestFirst, CancellationTokenSource limit, CancellationToken stopping)
    {
        var over = Delays.WaitAsync(StartLimit, parts.Clock, limit.Token);
        foreach (var row in oldestFirst)
        {
            if (stopping.IsCancellationRequested) break;
            if (!LawDecisions.Decide(row).TryGetRight(out var law, out var refusal)) await runner.RefuseAsync(refusal, stopping);
            else if (runner.IsQuiet) tally.Problem(LawSteps.GenerateStage, "a neighbour asked to be left alone for a while");
            else if (runner.IsNeighbourAway && UnderWay() > 0) continue;
            else if (!await FreeSlotAsync(over)) break;
            else if (hand.TryTakeForVisit(law)) running.Add(RunAsync(law, stopping));
        }

        End(limit);
    }

    /// <summary>On this thread, so that a simulated clock has it all.</summary>
    static void End(CancellationTokenSource limit) => limit.Cancel();

    async Task RunAsync(LawEvent law, CancellationToken stopping)
    {
        // It may outlast the visit, and then nobody else keeps the flow from being given away and taken anew.
        using var stay = parts.Lease.Retain();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, hand.Ending);
        try
        {
            await runner.RunAsync(law, ending.Token);
        }
        finally
        {
            hand.Release(law);
        }
    }

    /// <summary>False where the time for starting is over before a slot is free.</summary>
    async Task<bool> FreeSlotAsync(Task over)
    {
        while (UnderWay() >= parts.Concurrency)
        {
            if (over.IsCompleted) return false;
            await Task.WhenAny([.. running, over]);
        }

        return !over.IsCompleted;
    }

    int UnderWay()
    {
        running.RemoveAll(task => task.IsCompleted);
        return running.Count;
    }
}
