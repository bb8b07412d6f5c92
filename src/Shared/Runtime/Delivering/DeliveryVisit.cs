using Hobom.Slices.Core;
using LanguageExt;

namespace Hobom.Slices.Runtime.Delivering;

/// <summary>One visit to the outbox: from before it is asked until every row that it gave is settled or left.</summary>
public sealed class DeliveryVisit : IDisposable
{
    const int ChunkRows = 256;

    readonly VisitIntake intake;
    readonly VisitStart start;
    readonly DeliveryStarter starter;
    readonly VisitCounters tally;
    int found;
    DateTimeOffset? oldest;

    internal DeliveryVisit(VisitIntake intake, VisitStart start, DeliveryStarter starter, VisitCounters tally) =>
        (this.intake, this.start, this.starter, this.tally) = (intake, start, starter, tally);

    /// <summary>
    /// Takes from the rows (all that are pending) those that may be published now. The others are seen to here: what
    /// is already in Kafka gets its mark, what may be is looked up there, and what a replay has in hand is left to it.
    /// </summary>
    public Task<IReadOnlyList<TRow>> AdmitAsync<TRow>(IReadOnlyList<TRow> rows)
        where TRow : IPendingRow
    {
        (found, oldest) = (rows.Count, rows.Min(r => r.CreatedAt));
        return intake.AdmitAsync(rows);
    }

    /// <summary>Publishes and settles the plan. What is not begun when the process is told to stop stays PENDING.</summary>
    public async Task<VisitReport> RunAsync(DeliveryPlan plan)
    {
        try
        {
            foreach (var chunk in ChunksOf(plan))
            {
                if (starter.MustNotBegin() || await start.BeginAsync(chunk) is not { } letters) tally.LeftPending(chunk.Sum(RowsOf));
                else await starter.StartAsync(chunk, letters);
            }
        }
        finally
        {
            // Also where the plan breaks half-way: a replay or the next visit must not take what is under way.
            await starter.WhenEmptyAsync();
            await start.EndAsync();
        }

        return tally.Report(found, oldest);
    }

    public void Dispose() => intake.Dispose();

    /// <summary>Cut by the rows they carry: one delivery may carry a thousand, and its record be as large as Kafka takes.</summary>
    static IEnumerable<Either<Refusal, Delivery>[]> ChunksOf(DeliveryPlan plan)
    {
        var chunk = new List<Either<Refusal, Delivery>>();
        var rows = 0;
        foreach (var step in plan.Steps)
        {
            chunk.Add(step);
            rows += RowsOf(step);
            if (rows < ChunkRows) continue;
            yield return [.. chunk];
            chunk.Clear();
            rows = 0;
        }

        if (chunk.Count > 0) yield return [.. chunk];
    }

    static int RowsOf(Either<Refusal, Delivery> step) => step.Match(Left: _ => 1, Right: d => d.Events.Count);
}
